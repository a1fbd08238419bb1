"""The data of benchmarks.reports: as many certificates as asked for, made by SQL.

Thirteen tracks of unequal size over three years, the last of them old: all its certificates
are of the first weeks. A learner has about three; one in 33 superseded another, one in 100
was revoked, one in 200 withdrawn, so that its name is gone, and one in 50 hidden.
"""

from django.db import connection
from django.utils import timezone

from courses.models import Track

TRACKS = 13

# a name is two words of six letters, of 1,000 and of 10,000
_LEARNERS = """
INSERT INTO accounts_user (id, email, name, password, is_active, is_staff, is_superuser,
                           created_at)
SELECT n, 'learner-' || n || '@example.org',
       initcap(translate(left(md5((n %% 1000)::text), 6), '0123456789', 'ghijklmnop')
           || ' ' || translate(left(md5((n %% 9973 + 1000)::text), 6), '0123456789', 'ghijklmnop')),
       '!', true, false, false, now()
FROM generate_series(1, %(count)s / 3 + 1) AS n"""

_ENROLLMENTS = """
INSERT INTO courses_enrollment (id, learner_id, track_id, started_at, active_at,
                                completed_at, certified_at)
SELECT n, (n - 1) / 3 + 1,
       CASE WHEN n < %(count)s / 50 AND n %% 3 = 0 THEN %(tracks)s
            ELSE n %% 3 * 4 + 1 + floor(4 * random() ^ 2) END,
       at, at, at, at
FROM generate_series(1, %(count)s) AS n
CROSS JOIN LATERAL (
    SELECT now() - (%(count)s - n) * interval '1095 days' / %(count)s AS at
) AS issue"""

# what a certificate of 24 lessons and 12 answers freezes
_FACTS = """
SELECT jsonb_build_object(
    'slug', 'how-models-are-trained', 'summary', 'All about it.', 'language', 'en',
    'lessons', (SELECT jsonb_agg(jsonb_build_object('title', 'Lesson ' || l, 'slug',
        'lesson-' || l, 'done_on', '2026-03-14')) FROM generate_series(1, 24) AS l),
    'counted', (SELECT jsonb_agg(jsonb_build_object('answer', a * 7919, 'lesson',
        'lesson-' || a, 'question', md5(a::text), 'credit', '1.000000'))
        FROM generate_series(1, 12) AS a)) AS facts"""

_CERTIFICATES = f"""
INSERT INTO certificates_certificate (id, code, enrollment_id, track_id, supersedes_id, cause,
    track_title, lesson_count, score, answered, questions, finished_at, awarded_at,
    issued_at, facts)
SELECT n, regexp_replace(upper(left(md5(n::text), 16)), '(.{{4}})(?=.)', '\\1-', 'g'),
       e.id, e.track_id, CASE WHEN n %% 33 = 0 THEN n - 1 END,
       CASE WHEN n %% 33 = 0 THEN 'updated' ELSE '' END, 'Track ' || e.track_id, 24,
       CASE WHEN n %% 40 > 0 THEN round(100 * sqrt(random())) END,
       CASE WHEN n %% 40 > 0 THEN 11 ELSE 0 END, 12, e.completed_at, e.completed_at,
       e.completed_at + random() * interval '1 hour', f.facts
FROM generate_series(1, %(count)s) AS n
JOIN courses_enrollment e ON e.id = n - (n %% 33 = 0)::int
CROSS JOIN ({_FACTS}) AS f
ORDER BY n"""

_EVENTS = """
INSERT INTO certificates_certificateevent
    (certificate_id, issued_at, kind, reason, at, actor_id)
SELECT c.id, c.issued_at, kind,
       CASE WHEN kind = 'revoked' THEN 'it was issued to the wrong account' ELSE '' END,
       now(), CASE WHEN kind = 'revoked' THEN 1 END
FROM certificates_certificate AS c
CROSS JOIN LATERAL (
    SELECT 'superseded' AS kind WHERE c.id %% 33 = 32 UNION ALL
    SELECT 'revoked' WHERE c.id %% 100 = 0 UNION ALL
    SELECT 'withdrawn' WHERE c.id %% 200 = 7 UNION ALL
    SELECT 'hidden' WHERE c.id %% 50 = 3
) AS event
ORDER BY c.id"""

_DOCUMENTS = """
INSERT INTO certificates_certificatedocument (certificate_id, name, credential,
                                              created_at)
SELECT c.id, u.name, repeat(c.facts::text, 2), c.issued_at
FROM certificates_certificate c JOIN courses_enrollment e ON e.id = c.enrollment_id
JOIN accounts_user u ON u.id = e.learner_id
WHERE c.id %% 200 <> 7
ORDER BY c.id"""


def fill(count: int) -> None:
    """Keys between the rows are not checked while they are made."""
    Track.objects.bulk_create(
        Track(
            pk=number,
            slug=f"track-{number}",
            title=f"Track {number}",
            summary="A track.",
            published_at=timezone.now(),
        )
        for number in range(1, TRACKS + 1)
    )
    values = {"count": count, "tracks": TRACKS}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET statement_timeout = 0")
        for statement in (_LEARNERS, _ENROLLMENTS, _CERTIFICATES, _EVENTS, _DOCUMENTS):
            cursor.execute(statement, values)
        cursor.execute("RESET session_replication_role")
        cursor.execute("RESET statement_timeout")
        cursor.execute("VACUUM (ANALYZE)")
