"""A small template of a test's own."""

from pathlib import Path

from driver.project.template import Template, load_template

TOML = """
help = "A coloured square. More words."
[parameters.size]
type = "int"
min = 1
max = 4096
default = 64
help = "Side."
[parameters.colour]
type = "numbers"
length = 4
default = [1, 0.5, 0.25, 1]
help = "Colour."
[parameters.last]
type = "int"
example = 2
help = "Last frame."
[parameters.file]
type = "file"
optional = true
help = "A picture on it."
[parameters.moves]
type = "keys"
columns = ["x", "y"]
default = [[1, 0, 0], [4, 3, 6]]
help = "Moves."
[parameters.how]
type = "choice"
options = ["over", "plus"]
default = "over"
help = "How it is put on."
[parameters.flat]
type = "bool"
default = true
help = "No moves."
[parameters.words]
type = "text"
default = ""
help = "A note."
"""
BODY = """{{ project(width=size, height=size, first=1, last=last, fps=25) }}
{{ node("Ground", "Constant", color=colour, extent="project", note=words) }}
{% if file %}
{{ node("Read1", "Read", filename=file) }}
{{ node("Move", "Transform", Source="Read1", translate=none if flat else keys(moves, "x", "y")) }}
{{ node("Over", "Merge", B="Ground", A="Move", operation=how) }}
{% endif %}
{{ node("Write1", "Write", Source="Over" if file else "Ground",
        filename="[Project]/out/a.####.png", formatType="project") }}
{{ node("Viewer1", "Viewer", **{"1": "Write1"}) }}
"""


def make_template(root: Path, name: str = "square", body: str = BODY, toml: str = TOML) -> Template:
    """The template in `root`/`name`."""
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "template.toml").write_text(toml)
    (folder / "template.ntp.j2").write_text(body)
    return load_template(str(folder))
