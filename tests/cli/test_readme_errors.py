"""Promise of the README: the errors it explains are those that the program prints."""

import ast
import re

from loudong.settings import PROJECT_DIR

GAP = "\0"


def _texts() -> list[str]:
    """Every text of the program except docstrings, with a mark where a value is filled in."""
    found = []
    for path in [*(PROJECT_DIR / "plugins").rglob("*.py"), *(PROJECT_DIR / "models").rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if id(node) in silent:
                continue
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else GAP for part in node.values]
                found.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return found


def _quoted() -> list[str]:
    table = (PROJECT_DIR / "README.md").read_text(encoding="utf-8").partition("| what you see | what to do |")[2]
    rows = table.partition("\n\n")[0].splitlines()[2:]
    return [text for row in rows for text in re.findall(r"`([^`]+)`", row.split("|")[1])]


def is_printed(quoted: str, texts: list[str]) -> bool:
    """Whether some text reads so, `...` standing for anything."""
    pattern = ".*".join(re.escape(piece.strip(" ")) for piece in quoted.split("..."))
    return any(re.search(rf"\A\s*{pattern}\s*\Z", text.replace("\n", " "), re.DOTALL) for text in texts)


def test_every_error_that_the_readme_quotes_is_one_that_the_program_prints() -> None:
    texts, quoted = _texts(), _quoted()
    assert len(quoted) >= 9
    assert [text for text in quoted if not is_printed(text, texts)] == []


def test_a_quote_that_is_never_printed_would_be_found() -> None:
    texts = _texts()
    for wrong in ("no champion model", "another run is building", "gate ... failed", "port ... is busy; ..."):
        assert not is_printed(wrong, texts)
