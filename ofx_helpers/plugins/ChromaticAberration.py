"""ChromaticAberration for Natron where nothing can be compiled: a PyPlug of stock nodes.

Put this file into a folder of NATRON_PLUGIN_PATH. Natron alone runs it. It makes a group with the
parameters and, for moves by whole pixels, the picture of our OpenFX plug-in: red and blue are
moved and scaled about a centre, then mixed with the source under an optional mask.
"""


def getPluginID():
    """Not the OpenFX plug-in's, so that both may be installed."""
    return "memecomp.pyplug.ChromaticAberration"


def getLabel():
    """What Natron's menu shows."""
    return "ChromaticAberrationPyPlug"


def getVersion():
    """Projects that hold the group keep their own copy of it."""
    return 1


def getGrouping():
    """The menu."""
    return "Filter"


def getPluginDescription():
    """The help."""
    return (
        "Colour fringes: red and blue are moved by pixels, whole ones or parts, and scaled about "
        "a centre. Green and alpha stay. Moves by whole pixels change no value; others "
        "interpolate linearly."
    )


PLANE = ".uk.co.thefoundry.OfxImagePlaneColour."


def createInstance(app, group):
    """Fill the group: its parameters, its nodes, and what follows what."""
    page = group.createPageParam("controls", "Controls")

    def show(param, text):
        param.setHelp(text)
        param.setAnimationEnabled(True)
        page.addParam(param)
        return param

    for name, label in (("red", "Red"), ("blue", "Blue")):
        shift = group.createDouble2DParam(name + "Shift", label + " shift")
        show(shift, "How far it is moved, in pixels to the right and up.")
        for dimension in (0, 1):
            shift.setDisplayMinimum(-20, dimension)
            shift.setDisplayMaximum(20, dimension)
        scale = group.createDoubleParam(name + "Scale", label + " scale")
        show(scale, "How much larger it is, about the centre.")
        scale.setMinimum(0.01)
        scale.setMaximum(100)
        scale.setDisplayMinimum(0.95)
        scale.setDisplayMaximum(1.05)
        scale.setDefaultValue(1)
        scale.restoreDefaultValue()
    centre = show(
        group.createDouble2DParam("center", "Centre"), "The point that scaling leaves in place."
    )
    invert = show(
        group.createBooleanParam("maskInvert", "Invert mask"),
        "The effect shows where the mask is 0.",
    )
    mix = show(group.createDoubleParam("mix", "Mix"), "How much of the effect shows.")
    mix.setMinimum(0)
    mix.setMaximum(1)
    mix.setDisplayMinimum(0)
    mix.setDisplayMaximum(1)
    mix.setDefaultValue(1)
    mix.restoreDefaultValue()
    group.setPagesOrder(["controls", "Node", "Settings"])
    group.refreshUserParamsGUI()

    def make(name, plugin, x, y, *inputs):
        node = app.createNode(plugin, -1, group)
        node.setScriptName(name)
        node.setLabel(name)
        node.setPosition(x, y)
        for index, source in enumerate(inputs):
            if source is not None:
                node.connectInput(index, source)
        return node

    source = make("Source", "fr.inria.built-in.Input", 0, 0)
    mask = make("Mask", "fr.inria.built-in.Input", 300, 450)
    mask.getParam("optional").setValue(True)
    mask.getParam("isMask").setValue(True)
    moved = {}
    for name, x in (("Red", -150), ("Blue", 150)):
        node = make("Move" + name, "net.sf.openfx.TransformPlugin", x, 150, source)
        node.getParam("filter").set("bilinear")
        node.getParam("translate").slaveTo(group.getParam(name.lower() + "Shift"), 0, 0)
        node.getParam("translate").slaveTo(group.getParam(name.lower() + "Shift"), 1, 1)
        for dimension in (0, 1):
            node.getParam("scale").slaveTo(group.getParam(name.lower() + "Scale"), dimension, 0)
        moved[name] = node
    # Shuffle's first input is B, its second A.
    red = make("TakeRed", "net.sf.openfx.ShufflePlugin", 0, 250, source, moved["Red"])
    red.getParam("outputR").set("A" + PLANE + "R")
    blue = make("TakeBlue", "net.sf.openfx.ShufflePlugin", 0, 350, red, moved["Blue"])
    blue.getParam("outputB").set("A" + PLANE + "B")
    mixed = make("Mixed", "net.sf.openfx.MergePlugin", 0, 450, source, blue, mask)
    mixed.getParam("operation").set("copy")
    make("Output1", "fr.inria.built-in.Output", 0, 550, mixed)

    for dimension in (0, 1):
        # The middle of the project, as a new Transform has it.
        centre.setDefaultValue(moved["Red"].getParam("center").getValue(dimension), dimension)
        centre.restoreDefaultValue(dimension)
        for node in moved.values():
            node.getParam("center").slaveTo(centre, dimension, dimension)
    invert.setAsAlias(mixed.getParam("maskInvert"))
    mix.setAsAlias(mixed.getParam("mix"))
