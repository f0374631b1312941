import subprocess
import sys
from pathlib import Path

from benchmarks.startup import make


def test_a_small_render_imports_nothing_heavy(tmp_path: Path) -> None:
    project = make(tmp_path)
    code = (
        "import sys, driver.cli.main as m\n"
        f"sys.argv = ['memecomp', 'render', {str(project)!r}, '--engine', 'embedded']\n"
        "try: m.main()\n"
        "except SystemExit as end: print('ENDED', end.code)\n"
        "heavy = {'numba', 'scipy', 'av', 'openvino', 'torch', 'rich', 'PyOpenColorIO',"
        " 'pydantic', 'urllib.request'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("HEAVY []")
    assert "ENDED" not in done.stdout.replace("ENDED 0", "")
    assert (tmp_path / "final.png").is_file()
