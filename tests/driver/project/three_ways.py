"""A project as it was generated, as it is generated after a change, and as a person edited it."""

import gzip
from pathlib import Path

from driver.project.boost import parse
from driver.project.document import Document, read
from driver.project.template import fill
from tests.driver.project.make_template import make_template

# `generated` as Natron 2.5 loaded and saved it without a window: `unedited` as it was, `edited`
# with Move.translate 7, 1; Grade.gamma of red 1.25; Box's first point at 9, 8; Look.Soft.size 5, 3;
# a Saturation named Mine between Over and Write1; the note "mine" on Write1.
_SAVED = Path(__file__).parent / "saved"

HEAD = "{{ project(width=WIDTH, height=48, first=1, last=4, fps=25) }}\n"
BODY = (
    HEAD
    + """
{% call part("Sources", "What is read.") %}
{{ node("Ground", "Constant", color=[0.2, 0.4, 0.6, 1], extent="project") }}
{{ node("Bars", "CheckerBoard", extent="project", boxSize=[8, 8]) }}
{% endcall %}
{{ node("Matte", "Roto", shapes=[shape("Box", rectangle(10, 10, 40, 30)),
                                 shape("Dot", rectangle(50, 30, 60, 40))]) }}
{{ node("Move", "Transform", Source="Bars", translate=[2, 1], center=[32, 24],
        rotate=animated([[1, 0], [4, 30]])) }}
{% call group("Look", output="Soft", In="Move") %}
{{ node("Soft", "Blur", Source="In", size=[3, 3]) }}
{% endcall %}
{{ node("Grade", "Grade", Source="Look", multiply=[0.9, 1, 1.1, 1]) }}
{{ node("Over", "Merge", A="Grade", B="Ground", Mask="Matte", operation="over", mix=0.9) }}
{{ node("Write1", "Write", Source="Over", filename="[Project]/out/a.####.png") }}
{{ node("Viewer1", "Viewer", **{"1": "Over"}) }}
"""
)


def generated(folder: Path, *changes: tuple[str, str], width: int = 64) -> Document:
    """The project of `BODY`, with texts of it replaced."""
    body = BODY
    for old, new in changes:
        assert old in body, old
        body = body.replace(old, new)
    template = make_template(folder, "three", body.replace("WIDTH", str(width)), 'help = "A test."')
    document = fill(template, {}, folder / "comp.ntp")
    document.write(folder / "generated.ntp")
    made = read(folder / "generated.ntp")
    return Document(made.root, folder / "comp.ntp")


def saved_by_natron(folder: Path, name: str) -> Document:
    """`edited` or `unedited`."""
    data = gzip.decompress((_SAVED / f"{name}.ntp.gz").read_bytes())
    return Document(parse(data, name), folder / "comp.ntp")


def edited(folder: Path, *changes: tuple[str, str]) -> Document:
    """`base` with texts of the file replaced, as an editor does it."""
    text = generated(folder).to_bytes().decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / "edited.ntp").write_text(text)
    return read(folder / "edited.ntp")
