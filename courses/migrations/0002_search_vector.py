"""The search vector of a lesson, kept by the database whoever writes the row.

Each text goes in twice: stemmed in the lesson's language, so that "training" finds
"train", and as it stands, so that the prefix "trainin" finds "training".
"""

from django.db import migrations

SQL = """
CREATE FUNCTION courses_search_language(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE lower(split_part(language, '-', 1))
    WHEN 'ar' THEN 'arabic' WHEN 'hy' THEN 'armenian' WHEN 'eu' THEN 'basque'
    WHEN 'ca' THEN 'catalan' WHEN 'da' THEN 'danish' WHEN 'nl' THEN 'dutch'
    WHEN 'en' THEN 'english' WHEN 'fi' THEN 'finnish' WHEN 'fr' THEN 'french'
    WHEN 'de' THEN 'german' WHEN 'el' THEN 'greek' WHEN 'hi' THEN 'hindi'
    WHEN 'hu' THEN 'hungarian' WHEN 'id' THEN 'indonesian' WHEN 'ga' THEN 'irish'
    WHEN 'it' THEN 'italian' WHEN 'lt' THEN 'lithuanian' WHEN 'ne' THEN 'nepali'
    WHEN 'no' THEN 'norwegian' WHEN 'nb' THEN 'norwegian' WHEN 'nn' THEN 'norwegian'
    WHEN 'pt' THEN 'portuguese' WHEN 'ro' THEN 'romanian' WHEN 'ru' THEN 'russian'
    WHEN 'sr' THEN 'serbian' WHEN 'es' THEN 'spanish' WHEN 'sv' THEN 'swedish'
    WHEN 'ta' THEN 'tamil' WHEN 'tr' THEN 'turkish' WHEN 'yi' THEN 'yiddish'
    ELSE 'simple' END::regconfig;

CREATE FUNCTION courses_lesson_search() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE config regconfig;
BEGIN
    config := courses_search_language(coalesce(nullif(NEW.language, ''),
        (SELECT language FROM courses_track WHERE id = NEW.track_id)));
    NEW.search :=
        setweight(to_tsvector(config, NEW.title), 'A')
        || setweight(to_tsvector('simple', NEW.title), 'A')
        || setweight(to_tsvector(config, NEW.summary), 'B')
        || setweight(to_tsvector('simple', NEW.summary), 'B')
        || setweight(to_tsvector(config, left(NEW.body_text, 300000)), 'D')
        || setweight(to_tsvector('simple', left(NEW.body_text, 300000)), 'D');
    RETURN NEW;
END $$;

CREATE TRIGGER courses_lesson_search
    BEFORE INSERT OR UPDATE OF title, summary, body_text, language, track_id
    ON courses_lesson FOR EACH ROW EXECUTE FUNCTION courses_lesson_search();

CREATE FUNCTION courses_track_search() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.language IS DISTINCT FROM OLD.language THEN
        UPDATE courses_lesson SET language = language WHERE track_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER courses_track_search
    AFTER UPDATE ON courses_track
    FOR EACH ROW EXECUTE FUNCTION courses_track_search();
"""

UNDO = """
DROP TRIGGER courses_track_search ON courses_track;
DROP FUNCTION courses_track_search;
DROP TRIGGER courses_lesson_search ON courses_lesson;
DROP FUNCTION courses_lesson_search;
DROP FUNCTION courses_search_language;
"""


class Migration(migrations.Migration):
    dependencies = [("courses", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
