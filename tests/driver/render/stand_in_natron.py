"""Stands in for NatronRenderer: its command line, its lines, its files, and on request its faults.

Run as a program of the standard library alone, so that it starts quickly. It writes PNGs of the
size in STAND_IN_SIZE ('8x6'), and for a video a copy of STAND_IN_FILM. The folder STAND_IN_DIR
holds `faults.json`, and gets `starts.jsonl`: one line a process. Faults, each by name:

    fail, truncate, black, clear, small, deep: {frame: how often}   what becomes of that frame
    hang: {"start" | "end" | frame: how often}                      where it falls asleep
    abort: how often                                                 it aborts once all is written
    crash: {frame: how often}                                        it dies at that frame
    greedy: frames after which its memory is used up and it is killed
    slow: {frame: seconds} that it takes
    cache: it dies where another one runs with the same cache folder
    lacking: {plug-in id: how often} it says that it lacks it, and renders on
    stubborn: it ignores SIGTERM
    children: it leaves two children behind, one of them in a session of its own
"""

import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

HERE = Path(os.environ["STAND_IN_DIR"])
FAULTS = json.loads((HERE / "faults.json").read_text()) if (HERE / "faults.json").exists() else {}
VIEWS = os.environ.get("STAND_IN_VIEWS", "Main").split(",")
SIZE = tuple(map(int, os.environ.get("STAND_IN_SIZE", "8x6").split("x")))


def happens(kind, what):
    """Whether the fault is due; each is counted down in a file of its own."""
    asked = FAULTS.get(kind, {})
    times = asked if isinstance(asked, int) else asked.get(str(what), 0)
    for number in range(times):
        try:
            (HERE / f"happened.{kind}.{what}.{number}").touch(exist_ok=False)
        except FileExistsError:
            continue
        return True
    return False


def png(width, height, value, alpha, bits):
    """A PNG of one colour with a brighter first pixel."""
    sample = bits // 8
    pixel = bytes([value] * 3 * sample + [alpha] * sample)
    rows = (b"\0" + pixel * width) * height

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, bits, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def path_of(pattern, frame):
    start, hashes, end = pattern.partition("####")
    return Path(f"{start}{frame:04d}{end}") if hashes else Path(pattern)


def write(pattern, frame):
    """Writes the frame, or what a fault makes of it."""
    if pattern.endswith(".mov"):
        return
    width, height = SIZE
    value, alpha, bits = 100, 255, 8
    if happens("fail", frame):
        print(f"ERROR: the node Blur1 failed at frame {frame}", flush=True)
        return
    if happens("black", frame):
        value = 0
    if happens("clear", frame):
        alpha = 0
    if happens("small", frame):
        width -= 1
    if happens("deep", frame):
        bits = 16
    data = png(width, height, value, alpha, bits)
    if happens("truncate", frame):
        data = data[: len(data) - 20]
    path_of(pattern, frame).write_bytes(data)


def frames_of(text):
    frames = []
    for part in text.split(","):
        span, _, step = part.partition(":")
        first, _, last = span.partition("-")
        frames += range(int(first), int(last or first) + 1, int(step or 1))
    return frames


def arguments(words):
    writers, stats, rest = [], False, []
    while words:
        word = words.pop(0)
        if word == "-w":
            writers.append(words.pop(0))
        elif word == "-s":
            stats = True
        else:
            rest.append(word)
    project = Path(rest[0]).read_text()
    return [(name, filename(project, name)) for name in writers], stats, frames_of(rest[1])


def filename(project, writer):
    """The file name that the project gives a writer."""
    _, _, node = project.partition(f"<Plugin_script_name>{writer}</Plugin_script_name>")
    _, _, knob = node.partition("<Name>filename</Name>")
    return re.search("<Value>(.*?)</Value>", knob)[1]


def sleep(where):
    if happens("hang", where):
        time.sleep(600)


def hold_cache():
    """Dies where another one that is alive holds the cache."""
    lock = Path(os.environ["XDG_CACHE_HOME"]) / "held"
    if FAULTS.get("cache") and lock.exists() and Path(f"/proc/{lock.read_text()}").exists():
        print("ERROR: the plug-in cache is truncated", flush=True)
        sys.exit(1)
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text(str(os.getpid()))


def main():
    writers, stats, frames = arguments(sys.argv[1:])
    folders = {name: os.environ.get(name) for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    started = {"pid": os.getpid(), "frames": frames, "words": sys.argv[1:], "folders": folders}
    started["writers"] = writers
    with (HERE / "starts.jsonl").open("a") as file:
        file.write(json.dumps(started) + "\n")
    if FAULTS.get("stubborn"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if FAULTS.get("children"):
        for own_session in (False, True):
            subprocess.Popen(["sleep", "600"], start_new_session=own_session)
    hold_cache()
    sleep("start")
    for plugin in FAULTS.get("lacking", {}):
        if happens("lacking", plugin):
            print(
                f"[09:15:26.345] Project: ERROR: The node {plugin} version 2.0 was found in the "
                "script but does not exist in the loaded plug-ins.",
                flush=True,
            )
            time.sleep(0.5)  # time to be ended, before frames that would look right
    for name, _ in writers:
        print(f"{name} ==> Rendering started", flush=True)
    for number, frame in enumerate(frames):
        sleep(frame)
        time.sleep(FAULTS.get("slow", {}).get(str(frame), 0))
        if happens("crash", frame):
            print("ERROR: a plug-in crashed", flush=True)
            os.kill(os.getpid(), signal.SIGSEGV)
        if FAULTS.get("greedy") and number >= FAULTS["greedy"]:
            os.kill(os.getpid(), signal.SIGKILL)
        for name, pattern in writers:
            for view in VIEWS:
                write(pattern.replace("%V", view), frame)
            if stats:
                text = f"{'-' * 31} Blur1{'-' * 31} \nTime spent rendering: 0.25 seconds\n"
                path = path_of(pattern, frame)
                path.with_name(f"{path.stem}-stats.txt").write_text(text)
            percent = 100 * (number + 1) / len(frames)
            print(
                f"{name} ==> Frame: {frame}, Progress: {percent:.1f}%, 2.3 Fps, "
                "Time Remaining: 4 seconds",
                flush=True,
            )
    for name, pattern in writers:
        if pattern.endswith(".mov"):
            film = Path(os.environ["STAND_IN_FILM"]).read_bytes()
            Path(pattern).write_bytes(film[: len(film) // 2] if happens("truncate", 0) else film)
        print(f"{name} ==> Rendering finished", flush=True)
    sleep("end")
    if happens("abort", ""):
        os.abort()


if __name__ == "__main__":
    main()
