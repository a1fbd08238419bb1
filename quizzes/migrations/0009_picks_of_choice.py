from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("quizzes", "0008_words_of_figures")]

    operations = [
        migrations.AddIndex(
            model_name="answerchoice",
            index=models.Index(fields=["choice", "answer"], name="picks_of_choice"),
        ),
        # choice_picked_once finds the picks of an answer, picks_of_choice those of a choice
        migrations.AlterField(
            model_name="answerchoice",
            name="answer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.PROTECT,
                related_name="picks",
                to="quizzes.answer",
            ),
        ),
        migrations.AlterField(
            model_name="answerchoice",
            name="choice",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.PROTECT,
                related_name="picks",
                to="quizzes.choice",
            ),
        ),
    ]
