/* The part of the OpenFX C interface that our plug-ins use.

   OpenFX (openfx.readthedocs.io) is an open standard: a plug-in is a shared library that a host
   loads; the host hands out tables of functions ("suites") by name, and calls one function of the
   plug-in with the name of an action. Names, values and the order of members are the standard's;
   everything else here is ours. Strings that are used once stand where they are used. */

#ifndef MEMECOMP_OPENFX_H
#define MEMECOMP_OPENFX_H

#include <stddef.h>

#ifdef _WIN32
#define OFX_EXPORT __declspec(dllexport)
#else
#define OFX_EXPORT __attribute__((visibility("default")))
#endif

/* What a function or an action answers. */
typedef int OfxStatus;
enum {
  OFX_OK = 0,
  OFX_FAILED = 1,
  OFX_FATAL = 2,
  OFX_UNKNOWN = 3,
  OFX_MISSING_HOST_FEATURE = 4,
  OFX_UNSUPPORTED = 5,
  OFX_EXISTS = 6,
  OFX_FORMAT = 7,
  OFX_MEMORY = 8,
  OFX_BAD_HANDLE = 9,
  OFX_BAD_INDEX = 10,
  OFX_VALUE = 11,
  OFX_YES = 12,
  OFX_NO = 13,
  OFX_DEFAULT = 14, /* the plug-in leaves it to the host */
  OFX_IMAGE_FORMAT = 1000
};

typedef double OfxTime; /* frames */

typedef struct { double x1, y1, x2, y2; } OfxRectD; /* half open, y up */
typedef struct { int x1, y1, x2, y2; } OfxRectI;
typedef struct { double min, max; } OfxRangeD;

/* Things of the host, opaque to a plug-in. */
typedef struct OfxProperties *OfxPropertySetHandle;
typedef struct OfxEffect *OfxImageEffectHandle;
typedef struct OfxClip *OfxImageClipHandle;
typedef struct OfxImageMemory *OfxImageMemoryHandle;
typedef struct OfxParam *OfxParamHandle;
typedef struct OfxParams *OfxParamSetHandle;
typedef struct OfxMutex *OfxMutexHandle;

typedef struct {
  OfxPropertySetHandle host;
  const void *(*fetchSuite)(OfxPropertySetHandle host, const char *name, int version);
} OfxHost;

typedef OfxStatus (OfxEntry)(const char *action, const void *effect,
                             OfxPropertySetHandle in, OfxPropertySetHandle out);

typedef struct {
  const char *api; /* OFX_IMAGE_EFFECT_API */
  int apiVersion;  /* 1 */
  const char *identifier;
  unsigned int major, minor;
  void (*setHost)(OfxHost *host);
  OfxEntry *entry;
} OfxPlugin;

#define OFX_IMAGE_EFFECT_API "OfxImageEffectPluginAPI"

/* A library exports these two. */
OFX_EXPORT int OfxGetNumberOfPlugins(void);
OFX_EXPORT OfxPlugin *OfxGetPlugin(int index);

/* ---- suites ------------------------------------------------------------------------------- */

typedef struct { /* "OfxPropertySuite" 1 */
  OfxStatus (*setPointer)(OfxPropertySetHandle, const char *name, int index, void *value);
  OfxStatus (*setString)(OfxPropertySetHandle, const char *name, int index, const char *value);
  OfxStatus (*setDouble)(OfxPropertySetHandle, const char *name, int index, double value);
  OfxStatus (*setInt)(OfxPropertySetHandle, const char *name, int index, int value);
  OfxStatus (*setPointerN)(OfxPropertySetHandle, const char *name, int n, void *const *values);
  OfxStatus (*setStringN)(OfxPropertySetHandle, const char *name, int n, const char *const *values);
  OfxStatus (*setDoubleN)(OfxPropertySetHandle, const char *name, int n, const double *values);
  OfxStatus (*setIntN)(OfxPropertySetHandle, const char *name, int n, const int *values);
  OfxStatus (*getPointer)(OfxPropertySetHandle, const char *name, int index, void **value);
  OfxStatus (*getString)(OfxPropertySetHandle, const char *name, int index, const char **value);
  OfxStatus (*getDouble)(OfxPropertySetHandle, const char *name, int index, double *value);
  OfxStatus (*getInt)(OfxPropertySetHandle, const char *name, int index, int *value);
  OfxStatus (*getPointerN)(OfxPropertySetHandle, const char *name, int n, void **values);
  OfxStatus (*getStringN)(OfxPropertySetHandle, const char *name, int n, const char **values);
  OfxStatus (*getDoubleN)(OfxPropertySetHandle, const char *name, int n, double *values);
  OfxStatus (*getIntN)(OfxPropertySetHandle, const char *name, int n, int *values);
  OfxStatus (*reset)(OfxPropertySetHandle, const char *name);
  OfxStatus (*getDimension)(OfxPropertySetHandle, const char *name, int *count);
} OfxPropertySuite;

typedef struct { /* "OfxImageEffectSuite" 1 */
  OfxStatus (*getPropertySet)(OfxImageEffectHandle, OfxPropertySetHandle *properties);
  OfxStatus (*getParamSet)(OfxImageEffectHandle, OfxParamSetHandle *params);
  OfxStatus (*clipDefine)(OfxImageEffectHandle, const char *name, OfxPropertySetHandle *properties);
  OfxStatus (*clipGetHandle)(OfxImageEffectHandle, const char *name, OfxImageClipHandle *clip,
                             OfxPropertySetHandle *properties);
  OfxStatus (*clipGetPropertySet)(OfxImageClipHandle, OfxPropertySetHandle *properties);
  OfxStatus (*clipGetImage)(OfxImageClipHandle, OfxTime time, const OfxRectD *region,
                            OfxPropertySetHandle *image);
  OfxStatus (*clipReleaseImage)(OfxPropertySetHandle image);
  OfxStatus (*clipGetRegionOfDefinition)(OfxImageClipHandle, OfxTime time, OfxRectD *region);
  int (*abort)(OfxImageEffectHandle);
  OfxStatus (*imageMemoryAlloc)(OfxImageEffectHandle, size_t bytes, OfxImageMemoryHandle *memory);
  OfxStatus (*imageMemoryFree)(OfxImageMemoryHandle);
  OfxStatus (*imageMemoryLock)(OfxImageMemoryHandle, void **data);
  OfxStatus (*imageMemoryUnlock)(OfxImageMemoryHandle);
} OfxImageEffectSuite;

typedef struct { /* "OfxParameterSuite" 1 */
  OfxStatus (*define)(OfxParamSetHandle, const char *type, const char *name,
                      OfxPropertySetHandle *properties);
  OfxStatus (*getHandle)(OfxParamSetHandle, const char *name, OfxParamHandle *param,
                         OfxPropertySetHandle *properties);
  OfxStatus (*setGetPropertySet)(OfxParamSetHandle, OfxPropertySetHandle *properties);
  OfxStatus (*getPropertySet)(OfxParamHandle, OfxPropertySetHandle *properties);
  OfxStatus (*getValue)(OfxParamHandle, ...);
  OfxStatus (*getValueAtTime)(OfxParamHandle, OfxTime time, ...);
  OfxStatus (*getDerivative)(OfxParamHandle, OfxTime time, ...);
  OfxStatus (*getIntegral)(OfxParamHandle, OfxTime first, OfxTime last, ...);
  OfxStatus (*setValue)(OfxParamHandle, ...);
  OfxStatus (*setValueAtTime)(OfxParamHandle, OfxTime time, ...);
  OfxStatus (*getNumKeys)(OfxParamHandle, unsigned int *count);
  OfxStatus (*getKeyTime)(OfxParamHandle, unsigned int nth, OfxTime *time);
  OfxStatus (*getKeyIndex)(OfxParamHandle, OfxTime time, int direction, int *index);
  OfxStatus (*deleteKey)(OfxParamHandle, OfxTime time);
  OfxStatus (*deleteAllKeys)(OfxParamHandle);
  OfxStatus (*copy)(OfxParamHandle to, OfxParamHandle from, OfxTime offset, const OfxRangeD *range);
  OfxStatus (*editBegin)(OfxParamSetHandle, const char *name);
  OfxStatus (*editEnd)(OfxParamSetHandle);
} OfxParameterSuite;

typedef struct { /* "OfxParametricParameterSuite" 1; the last arguments are C++ bools */
  OfxStatus (*getValue)(OfxParamHandle, int curve, OfxTime time, double position, double *value);
  OfxStatus (*getNControlPoints)(OfxParamHandle, int curve, OfxTime time, int *count);
  OfxStatus (*getNthControlPoint)(OfxParamHandle, int curve, OfxTime time, int nth, double *key,
                                  double *value);
  OfxStatus (*setNthControlPoint)(OfxParamHandle, int curve, OfxTime time, int nth, double key,
                                  double value, _Bool animate);
  OfxStatus (*addControlPoint)(OfxParamHandle, int curve, OfxTime time, double key, double value,
                               _Bool animate);
  OfxStatus (*deleteControlPoint)(OfxParamHandle, int curve, int nth);
  OfxStatus (*deleteAllControlPoints)(OfxParamHandle, int curve);
} OfxParametricParameterSuite;

typedef struct { /* "OfxMemorySuite" 1 */
  OfxStatus (*alloc)(void *effect, size_t bytes, void **data);
  OfxStatus (*free)(void *data);
} OfxMemorySuite;

typedef void (OfxThreadFunction)(unsigned int index, unsigned int count, void *argument);

typedef struct { /* "OfxMultiThreadSuite" 1 */
  OfxStatus (*multiThread)(OfxThreadFunction *function, unsigned int count, void *argument);
  OfxStatus (*numCPUs)(unsigned int *count);
  OfxStatus (*index)(unsigned int *index);
  int (*isSpawnedThread)(void);
  OfxStatus (*mutexCreate)(OfxMutexHandle *mutex, int lockCount);
  OfxStatus (*mutexDestroy)(OfxMutexHandle);
  OfxStatus (*mutexLock)(OfxMutexHandle);
  OfxStatus (*mutexUnLock)(OfxMutexHandle);
  OfxStatus (*mutexTryLock)(OfxMutexHandle);
} OfxMultiThreadSuite;

typedef struct { /* "OfxMessageSuite" 2; version 1 has the first only; `format` as printf's */
  OfxStatus (*message)(void *effect, const char *type, const char *id, const char *format, ...);
  OfxStatus (*setPersistentMessage)(void *effect, const char *type, const char *id,
                                    const char *format, ...);
  OfxStatus (*clearPersistentMessage)(void *effect);
} OfxMessageSuite;

typedef struct { /* "OfxProgressSuite" 1; `update` answers OFX_NO when it should stop */
  OfxStatus (*start)(void *effect, const char *label);
  OfxStatus (*update)(void *effect, double progress);
  OfxStatus (*end)(void *effect);
} OfxProgressSuite;

typedef struct { /* "OfxTimeLineSuite" 1 */
  OfxStatus (*getTime)(void *effect, double *time);
  OfxStatus (*gotoTime)(void *effect, double time);
  OfxStatus (*getTimeBounds)(void *effect, double *first, double *last);
} OfxTimeLineSuite;

/* ---- actions ------------------------------------------------------------------------------ */

#define ACTION_LOAD "OfxActionLoad"
#define ACTION_UNLOAD "OfxActionUnload"
#define ACTION_DESCRIBE "OfxActionDescribe"
#define ACTION_DESCRIBE_IN_CONTEXT "OfxImageEffectActionDescribeInContext"
#define ACTION_CREATE "OfxActionCreateInstance"
#define ACTION_DESTROY "OfxActionDestroyInstance"
#define ACTION_BEGIN_CHANGED "OfxActionBeginInstanceChanged"
#define ACTION_CHANGED "OfxActionInstanceChanged"
#define ACTION_END_CHANGED "OfxActionEndInstanceChanged"
#define ACTION_PURGE_CACHES "OfxActionPurgeCaches"
#define ACTION_SYNC_PRIVATE_DATA "OfxActionSyncPrivateData"
#define ACTION_CLIP_PREFERENCES "OfxImageEffectActionGetClipPreferences"
#define ACTION_REGION_OF_DEFINITION "OfxImageEffectActionGetRegionOfDefinition"
#define ACTION_REGIONS_OF_INTEREST "OfxImageEffectActionGetRegionsOfInterest"
#define ACTION_FRAMES_NEEDED "OfxImageEffectActionGetFramesNeeded"
#define ACTION_TIME_DOMAIN "OfxImageEffectActionGetTimeDomain"
#define ACTION_IS_IDENTITY "OfxImageEffectActionIsIdentity"
#define ACTION_BEGIN_SEQUENCE "OfxImageEffectActionBeginSequenceRender"
#define ACTION_RENDER "OfxImageEffectActionRender"
#define ACTION_END_SEQUENCE "OfxImageEffectActionEndSequenceRender"
#define ACTION_GET_TRANSFORM "uk.co.thefoundry.FnOfxImageEffectActionGetTransform"

/* ---- properties --------------------------------------------------------------------------- */

#define PROP_TYPE "OfxPropType"
#define PROP_NAME "OfxPropName"
#define PROP_LABEL "OfxPropLabel"
#define PROP_TIME "OfxPropTime"
#define PROP_INSTANCE_DATA "OfxPropInstanceData"
#define PROP_CHANGE_REASON "OfxPropChangeReason"
#define PROP_CONTEXT "OfxImageEffectPropContext"
#define PROP_CONTEXTS "OfxImageEffectPropSupportedContexts"
#define PROP_GROUPING "OfxImageEffectPluginPropGrouping"
#define PROP_DESCRIPTION "OfxPropPluginDescription"
#define PROP_DEPTHS "OfxImageEffectPropSupportedPixelDepths"
#define PROP_SUPPORTED_COMPONENTS "OfxImageEffectPropSupportedComponents"
#define PROP_THREAD_SAFETY "OfxImageEffectPluginRenderThreadSafety"
#define PROP_HOST_FRAME_THREADING "OfxImageEffectPluginPropHostFrameThreading"
#define PROP_TILES "OfxImageEffectPropSupportsTiles"
#define PROP_MULTI_RESOLUTION "OfxImageEffectPropSupportsMultiResolution"
#define PROP_TEMPORAL "OfxImageEffectPropTemporalClipAccess"
#define PROP_SEQUENTIAL "OfxImageEffectInstancePropSequentialRender"
#define PROP_SEQUENTIAL_STATUS "OfxImageEffectPropSequentialRenderStatus"
#define PROP_SINGLE_INSTANCE "OfxImageEffectPluginPropSingleInstance"
#define PROP_CAN_TRANSFORM "FnOfxImageEffectCanTransform"
#define PROP_MATRIX "FnOfxPropMatrix2D"
#define PROP_OPTIONAL "OfxImageClipPropOptional"
#define PROP_IS_MASK "OfxImageClipPropIsMask"
#define PROP_CONNECTED "OfxImageClipPropConnected"
#define PROP_PREMULTIPLICATION "OfxImageEffectPropPreMultiplication"
#define PROP_VARIES "OfxImageEffectFrameVarying"
#define PROP_RENDER_SCALE "OfxImageEffectPropRenderScale"
#define PROP_RENDER_WINDOW "OfxImageEffectPropRenderWindow"
#define PROP_REGION_OF_DEFINITION "OfxImageEffectPropRegionOfDefinition"
#define PROP_REGION_OF_INTEREST "OfxImageEffectPropRegionOfInterest"
#define PROP_FRAME_RANGE "OfxImageEffectPropFrameRange"
#define PROP_PROJECT_SIZE "OfxImageEffectPropProjectSize"
#define PROP_PIXEL_DEPTH "OfxImageEffectPropPixelDepth"
#define PROP_COMPONENTS "OfxImageEffectPropComponents"
#define PROP_PIXEL_ASPECT "OfxImagePropPixelAspectRatio"
#define PROP_DATA "OfxImagePropData"
#define PROP_BOUNDS "OfxImagePropBounds"
#define PROP_ROW_BYTES "OfxImagePropRowBytes"

#define PROP_PARAM_DEFAULT "OfxParamPropDefault"
#define PROP_PARAM_MIN "OfxParamPropMin"
#define PROP_PARAM_MAX "OfxParamPropMax"
#define PROP_PARAM_DISPLAY_MIN "OfxParamPropDisplayMin"
#define PROP_PARAM_DISPLAY_MAX "OfxParamPropDisplayMax"
#define PROP_PARAM_HINT "OfxParamPropHint"
#define PROP_PARAM_PARENT "OfxParamPropParent"
#define PROP_PARAM_PAGE_CHILD "OfxParamPropPageChild"
#define PROP_PARAM_OPTION "OfxParamPropChoiceOption"
#define PROP_PARAM_OPTION_ID "OfxParamPropChoiceEnum"
#define PROP_PARAM_SECRET "OfxParamPropSecret"
#define PROP_PARAM_ENABLED "OfxParamPropEnabled"
#define PROP_PARAM_ANIMATES "OfxParamPropAnimates"
#define PROP_PARAM_DOUBLE_TYPE "OfxParamPropDoubleType"
#define PROP_PARAM_COORDINATES "OfxParamPropDefaultCoordinateSystem"
#define PROP_PARAM_STRING_MODE "OfxParamPropStringMode"
#define PROP_PARAM_CURVES "OfxParamPropParametricDimension"
#define PROP_PARAM_CURVE_RANGE "OfxParamPropParametricRange"

/* ---- values ------------------------------------------------------------------------------- */

#define CONTEXT_FILTER "OfxImageEffectContextFilter"
#define CONTEXT_GENERAL "OfxImageEffectContextGeneral"
#define CONTEXT_GENERATOR "OfxImageEffectContextGenerator"
#define CONTEXT_READER "OfxImageEffectContextReader"
#define CONTEXT_WRITER "OfxImageEffectContextWriter"

#define COMPONENTS_NONE "OfxImageComponentNone"
#define COMPONENTS_RGBA "OfxImageComponentRGBA"
#define COMPONENTS_RGB "OfxImageComponentRGB"
#define COMPONENTS_ALPHA "OfxImageComponentAlpha"

#define DEPTH_BYTE "OfxBitDepthByte"
#define DEPTH_SHORT "OfxBitDepthShort"
#define DEPTH_FLOAT "OfxBitDepthFloat"

#define PREMULTIPLIED "OfxImageAlphaPremultiplied"
#define UNPREMULTIPLIED "OfxImageAlphaUnPremultiplied"
#define OPAQUE "OfxImageOpaque"

#define RENDER_UNSAFE "OfxImageEffectRenderUnsafe"
#define RENDER_INSTANCE_SAFE "OfxImageEffectRenderInstanceSafe"
#define RENDER_FULLY_SAFE "OfxImageEffectRenderFullySafe"

#define PARAM_INTEGER "OfxParamTypeInteger"
#define PARAM_INTEGER_2D "OfxParamTypeInteger2D"
#define PARAM_INTEGER_3D "OfxParamTypeInteger3D"
#define PARAM_DOUBLE "OfxParamTypeDouble"
#define PARAM_DOUBLE_2D "OfxParamTypeDouble2D"
#define PARAM_DOUBLE_3D "OfxParamTypeDouble3D"
#define PARAM_RGB "OfxParamTypeRGB"
#define PARAM_RGBA "OfxParamTypeRGBA"
#define PARAM_BOOLEAN "OfxParamTypeBoolean"
#define PARAM_CHOICE "OfxParamTypeChoice"
#define PARAM_STR_CHOICE "OfxParamTypeStrChoice"
#define PARAM_STRING "OfxParamTypeString"
#define PARAM_CUSTOM "OfxParamTypeCustom"
#define PARAM_GROUP "OfxParamTypeGroup"
#define PARAM_PAGE "OfxParamTypePage"
#define PARAM_PUSH_BUTTON "OfxParamTypePushButton"
#define PARAM_PARAMETRIC "OfxParamTypeParametric"

#define CHANGE_USER_EDITED "OfxChangeUserEdited"
#define MESSAGE_ERROR "OfxMessageError"

#endif
