"""Custom parameters between keys: the plug-in's own function blends their texts."""

from ofx_helpers.host import names as n
from ofx_helpers.host.api_declarations import ffi
from ofx_helpers.host.properties import PropertySet
from ofx_helpers.host.status import Status
from ofx_helpers.host.values import Between, Tuple


def blender(params: int, properties: PropertySet) -> Between | None:
    """What gives a value between two keys, where the plug-in has a function for that. `params` is
    the handle of the parameters' set.
    """
    given = properties.all(n.PARAM_PROP_CUSTOM_CALLBACK)
    if not given or not given[0]:
        return None
    function = ffi.cast("OfxCustomParamInterpFuncV1 *", int(given[0]))

    def between(a: Tuple, b: Tuple, before: float, after: float, time: float) -> Tuple:
        into = PropertySet(
            {
                n.PROP_NAME: properties[n.PROP_NAME],
                n.PROP_TIME: float(time),
                n.PARAM_PROP_CUSTOM_VALUE: (a[0], b[0]),
                n.PARAM_PROP_INTERPOLATION_TIME: (float(before), float(after)),
                n.PARAM_PROP_INTERPOLATION_AMOUNT: (time - before) / (after - before),
            }
        )
        out = PropertySet({n.PARAM_PROP_CUSTOM_VALUE: ""})
        try:
            # OfxStatus customInterp(OfxParamSetHandle instance,
            #                        OfxPropertySetHandle inArgs, OfxPropertySetHandle outArgs)
            status = function(params, into.handle, out.handle)
            return (out[n.PARAM_PROP_CUSTOM_VALUE],) if status == Status.OK else a
        finally:
            into.close()
            out.close()

    return between
