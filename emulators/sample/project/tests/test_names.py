"""The rules by which a name becomes tidy."""

import unittest

from tidy_names.names import Rename, plan_renames, tidy_name


class TidyName(unittest.TestCase):
    """What becomes of a name."""

    def test_joins_words_with_dashes_in_lower_case(self) -> None:
        self.assertEqual(tidy_name("Annual Report (final).PDF"), "annual-report-final.pdf")

    def test_writes_accents_in_ascii(self) -> None:
        self.assertEqual(tidy_name("Résumé.txt"), "resume.txt")

    def test_names_a_file_whose_name_has_no_letters(self) -> None:
        self.assertEqual(tidy_name("???.txt"), "unnamed.txt")


class PlanRenames(unittest.TestCase):
    """Which files of a folder get which names."""

    def test_leaves_tidy_names_alone(self) -> None:
        self.assertEqual(plan_renames(["a-tidy-name.txt"]), [])

    def test_gives_a_taken_name_a_number(self) -> None:
        self.assertEqual(plan_renames(["a b.txt", "a-b.txt"]), [Rename("a b.txt", "a-b-2.txt")])


if __name__ == "__main__":
    unittest.main()
