"""The OpenFX C interface, declared for cffi in our own words, and the one `ffi` of the host.

Handles are declared as integers of a pointer's size: a plug-in only hands them back, so Python
receives a plain number and looks it up (`host/handles.py`), and a bad one is found, not followed.

The parameter and message calls are variadic in C, which cffi cannot offer as callbacks. On x86-64
with the System V convention integers and pointers travel in one row of registers and floating
point in another, so a function of fixed arity that takes all that may come reads the same places.
`VARIADIC_CALLS_WORK` says whether that holds here.
"""

import platform
import sys
from typing import Any

from ofx_helpers.host._declarations import ffi as _ffi

VARIADIC_CALLS_WORK = platform.machine() in ("x86_64", "AMD64") and sys.platform != "win32"

ffi: Any = _ffi
"""Made of the text below beforehand, for reading C takes longer than all else that a worker does
when it starts: after a change, `python -m ofx_helpers.host.declare`.
"""
DECLARATIONS = """
typedef int OfxStatus;
typedef uintptr_t Handle;

typedef struct { int x1, y1, x2, y2; } OfxRectI;
typedef struct { double x1, y1, x2, y2; } OfxRectD;
typedef struct { double min, max; } OfxRangeD;
typedef struct { const uint8_t *data; size_t length; } OfxBytes;

typedef struct {
    Handle host;
    const void *(*fetchSuite)(Handle, const char *, int);
} OfxHost;

typedef OfxStatus OfxPluginEntryPoint(const char *, const void *, Handle, Handle);

typedef struct {
    const char *pluginApi;
    int apiVersion;
    const char *pluginIdentifier;
    unsigned int pluginVersionMajor;
    unsigned int pluginVersionMinor;
    void (*setHost)(OfxHost *);
    OfxPluginEntryPoint *mainEntry;
} OfxPlugin;

int OfxGetNumberOfPlugins(void);
OfxPlugin *OfxGetPlugin(int);
OfxStatus OfxSetHost(const OfxHost *);

typedef struct {
    OfxStatus (*propSetPointer)(Handle, const char *, int, uintptr_t);
    OfxStatus (*propSetString)(Handle, const char *, int, const char *);
    OfxStatus (*propSetDouble)(Handle, const char *, int, double);
    OfxStatus (*propSetInt)(Handle, const char *, int, int);
    OfxStatus (*propSetPointerN)(Handle, const char *, int, const uintptr_t *);
    OfxStatus (*propSetStringN)(Handle, const char *, int, const char *const *);
    OfxStatus (*propSetDoubleN)(Handle, const char *, int, const double *);
    OfxStatus (*propSetIntN)(Handle, const char *, int, const int *);
    OfxStatus (*propGetPointer)(Handle, const char *, int, uintptr_t *);
    OfxStatus (*propGetString)(Handle, const char *, int, const char **);
    OfxStatus (*propGetDouble)(Handle, const char *, int, double *);
    OfxStatus (*propGetInt)(Handle, const char *, int, int *);
    OfxStatus (*propGetPointerN)(Handle, const char *, int, uintptr_t *);
    OfxStatus (*propGetStringN)(Handle, const char *, int, const char **);
    OfxStatus (*propGetDoubleN)(Handle, const char *, int, double *);
    OfxStatus (*propGetIntN)(Handle, const char *, int, int *);
    OfxStatus (*propReset)(Handle, const char *);
    OfxStatus (*propGetDimension)(Handle, const char *, int *);
} OfxPropertySuiteV1;

typedef struct {
    OfxStatus (*getPropertySet)(Handle, Handle *);
    OfxStatus (*getParamSet)(Handle, Handle *);
    OfxStatus (*clipDefine)(Handle, const char *, Handle *);
    OfxStatus (*clipGetHandle)(Handle, const char *, Handle *, Handle *);
    OfxStatus (*clipGetPropertySet)(Handle, Handle *);
    OfxStatus (*clipGetImage)(Handle, double, const OfxRectD *, Handle *);
    OfxStatus (*clipReleaseImage)(Handle);
    OfxStatus (*clipGetRegionOfDefinition)(Handle, double, OfxRectD *);
    int (*abort)(Handle);
    OfxStatus (*imageMemoryAlloc)(Handle, size_t, Handle *);
    OfxStatus (*imageMemoryFree)(Handle);
    OfxStatus (*imageMemoryLock)(Handle, void **);
    OfxStatus (*imageMemoryUnlock)(Handle);
} OfxImageEffectSuiteV1;

typedef struct {
    OfxStatus (*paramDefine)(Handle, const char *, const char *, Handle *);
    OfxStatus (*paramGetHandle)(Handle, const char *, Handle *, Handle *);
    OfxStatus (*paramSetGetPropertySet)(Handle, Handle *);
    OfxStatus (*paramGetPropertySet)(Handle, Handle *);
    OfxStatus (*paramGetValue)(Handle, void *, void *, void *, void *);
    OfxStatus (*paramGetValueAtTime)(Handle, double, void *, void *, void *, void *);
    OfxStatus (*paramGetDerivative)(Handle, double, void *, void *, void *, void *);
    OfxStatus (*paramGetIntegral)(Handle, double, double, void *, void *, void *, void *);
    OfxStatus (*paramSetValue)(Handle, uintptr_t, uintptr_t, uintptr_t, uintptr_t,
                               double, double, double, double);
    OfxStatus (*paramSetValueAtTime)(Handle, double, uintptr_t, uintptr_t, uintptr_t, uintptr_t,
                                     double, double, double, double);
    OfxStatus (*paramGetNumKeys)(Handle, unsigned int *);
    OfxStatus (*paramGetKeyTime)(Handle, unsigned int, double *);
    OfxStatus (*paramGetKeyIndex)(Handle, double, int, int *);
    OfxStatus (*paramDeleteKey)(Handle, double);
    OfxStatus (*paramDeleteAllKeys)(Handle);
    OfxStatus (*paramCopy)(Handle, Handle, double, const OfxRangeD *);
    OfxStatus (*paramEditBegin)(Handle, const char *);
    OfxStatus (*paramEditEnd)(Handle);
} OfxParameterSuiteV1;

typedef OfxStatus OfxCustomParamInterpFuncV1(Handle, Handle, Handle);

typedef struct {
    OfxStatus (*memoryAlloc)(void *, size_t, void **);
    OfxStatus (*memoryFree)(void *);
} OfxMemorySuiteV1;

typedef void OfxThreadFunctionV1(unsigned int, unsigned int, void *);

typedef struct {
    OfxStatus (*multiThread)(OfxThreadFunctionV1 *, unsigned int, void *);
    OfxStatus (*multiThreadNumCPUs)(unsigned int *);
    OfxStatus (*multiThreadIndex)(unsigned int *);
    int (*multiThreadIsSpawnedThread)(void);
    OfxStatus (*mutexCreate)(Handle *, int);
    OfxStatus (*mutexDestroy)(Handle);
    OfxStatus (*mutexLock)(Handle);
    OfxStatus (*mutexUnLock)(Handle);
    OfxStatus (*mutexTryLock)(Handle);
} OfxMultiThreadSuiteV1;

/* Two integers in registers and eight doubles, then what lies on the stack. */
typedef OfxStatus MessageCall(void *, const char *, const char *, const char *,
    uintptr_t, uintptr_t, double, double, double, double, double, double, double, double,
    uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);

typedef struct { MessageCall *message; } OfxMessageSuiteV1;

typedef struct {
    MessageCall *message;
    MessageCall *setPersistentMessage;
    OfxStatus (*clearPersistentMessage)(void *);
} OfxMessageSuiteV2;

typedef struct {
    OfxStatus (*progressStart)(void *, const char *);
    OfxStatus (*progressUpdate)(void *, double);
    OfxStatus (*progressEnd)(void *);
} OfxProgressSuiteV1;

typedef struct {
    OfxStatus (*progressStart)(void *, const char *, const char *);
    OfxStatus (*progressUpdate)(void *, double);
    OfxStatus (*progressEnd)(void *);
} OfxProgressSuiteV2;

typedef struct {
    OfxStatus (*getTime)(void *, double *);
    OfxStatus (*gotoTime)(void *, double);
    OfxStatus (*getTimeBounds)(void *, double *, double *);
} OfxTimeLineSuiteV1;

typedef struct {
    OfxStatus (*parametricParamGetValue)(Handle, int, double, double, double *);
    OfxStatus (*parametricParamGetNControlPoints)(Handle, int, double, int *);
    OfxStatus (*parametricParamGetNthControlPoint)(Handle, int, double, int, double *, double *);
    OfxStatus (*parametricParamSetNthControlPoint)(Handle, int, double, int, double, double, bool);
    OfxStatus (*parametricParamAddControlPoint)(Handle, int, double, double, double, bool);
    OfxStatus (*parametricParamDeleteControlPoint)(Handle, int, int);
    OfxStatus (*parametricParamDeleteAllControlPoints)(Handle, int);
} OfxParametricParameterSuiteV1;

typedef struct {
    OfxStatus (*clipGetImagePlane)(Handle, double, const char *, const OfxRectD *, Handle *);
} FnOfxImageEffectPlaneSuiteV1;

typedef struct {
    OfxStatus (*clipGetImagePlane)(Handle, double, int, const char *, const OfxRectD *, Handle *);
    OfxStatus (*clipGetRegionOfDefinition)(Handle, double, int, OfxRectD *);
    OfxStatus (*getViewName)(Handle, int, const char **);
    OfxStatus (*getViewCount)(Handle, int *);
} FnOfxImageEffectPlaneSuiteV2;

typedef struct {
    OfxStatus (*clipGetStereoscopicImage)(Handle, double, int, const OfxRectD *, Handle *);
} OfxVegasStereoscopicImageEffectSuiteV1;

typedef struct {
    OfxStatus (*clipLoadTexture)(Handle, double, const char *, const OfxRectD *, Handle *);
    OfxStatus (*clipFreeTexture)(Handle);
    OfxStatus (*flushResources)(void);
} OfxImageEffectOpenGLRenderSuiteV1;

extern void *stdout;
int setvbuf(void *, char *, int, size_t);
"""
