"""A helper process that does not even listen is given up like one that does not answer."""

import pytest

from voices.child import Child, ChildDiedError, ChildHungError

MODULES = {
    "deaf": "import time\ndef main(): time.sleep(600)\n",
    "short": "def main(): pass\n",
    "echo": "from voices.child import serve\ndef main(): serve(lambda question: question)\n",
}
LARGE = bytes(1_000_000)
"""More than a pipe holds: sending it waits for the reader."""


@pytest.fixture
def start(tmp_path, monkeypatch):
    for name, code in MODULES.items():
        (tmp_path / f"{name}_child.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    children = []

    def start(name):
        children.append(Child(f"{name}_child"))
        return children[-1]

    yield start
    for child in children:
        child.close()


def test_a_large_question_is_answered(start):
    assert start("echo").ask(LARGE, 60) == LARGE


def test_who_does_not_read_the_question_is_given_up(start):
    with pytest.raises(ChildHungError):
        start("deaf").ask(LARGE, 0.5)


def test_who_ends_while_being_asked_has_died(start):
    with pytest.raises(ChildDiedError):
        start("short").ask(LARGE, 60)
