/* Hostile: behaves until the environment variable OFX_TEST_FAULT, "deed@action", tells it not to
   in that action (or "deed@*", in every one). OFX_TEST_ONCE names a file: the deed is done only
   while it is absent, and makes it. The deeds:

   crash, abort, exit, hang     the process dies, or nothing ever returns
   fail, fatal, strange         answers failed (with a message), fatal, or a status that is none
   row, bytes, before           writes a row or 16 bytes past the output, or 16 before it
   huge, nan, reversed, null    answers with 1e9 pixels or frames, NaN, max < min, null strings
   unknown                      answers with names and values that do not exist
   calls                        calls every suite with bad handles, names and indices
   leak                         keeps images and memory and leaves a thread running
   print                        a megabyte to standard output and to standard error */

#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <unistd.h>

#include "plug.h"

static const char deeds[] = "OFX_TEST_FAULT";

static int told_to(const char *deed, const char *action) {
  const char *fault = getenv(deeds), *once = getenv("OFX_TEST_ONCE");
  size_t length = strlen(deed);
  if (!fault || strncmp(fault, deed, length) || fault[length] != '@') return 0;
  if (strcmp(fault + length + 1, action) && strcmp(fault + length + 1, "*")) return 0;
  if (once && *once) {
    if (access(once, F_OK) == 0) return 0;
    FILE *mark = fopen(once, "w");
    if (mark) fclose(mark);
  }
  return 1;
}

static void *forever(void *unused) {
  for (;;) sleep(1);
  return unused;
}

static void print_masses(void) {
  char line[1024];
  memset(line, 'x', sizeof line);
  line[sizeof line - 1] = '\n';
  for (int i = 0; i < 1024; i++) {
    fwrite(line, 1, sizeof line, stdout);
    fwrite(line, 1, sizeof line, stderr);
  }
  fflush(stdout);
}

/* Every call here is wrong; a host that says OK to one has a fault, which the message names. */
static const char *wrong_calls(OfxImageEffectHandle e) {
  const OfxProgressSuite *progress = host->fetchSuite(host->host, "OfxProgressSuite", 1);
  const OfxTimeLineSuite *timeline = host->fetchSuite(host->host, "OfxTimeLineSuite", 1);
  char junk[64] = {0};
  void *bad[] = {NULL, junk, (void *)(intptr_t)0x7fffffff};
  void *pointer;
  const char *text;
  double d, two[2];
  int i;
  unsigned int u;
  OfxRectD r;
#define WRONG(call) \
  if ((call) == OFX_OK) return #call
  for (int n = 0; n < 3; n++) {
    OfxPropertySetHandle p = bad[n];
    OfxImageEffectHandle effect = bad[n];
    OfxImageClipHandle of = bad[n];
    OfxParamSetHandle set = bad[n];
    OfxParamHandle value = bad[n];
    OfxImageMemoryHandle block = bad[n];
    OfxMutexHandle mutex = bad[n];
    WRONG(props->getInt(p, PROP_TIME, 0, &i));
    WRONG(props->getString(p, PROP_LABEL, 0, &text));
    WRONG(props->setDouble(p, PROP_TIME, 0, 1.0));
    WRONG(props->setString(p, PROP_LABEL, 0, "x"));
    WRONG(props->getDimension(p, PROP_LABEL, &i));
    WRONG(props->reset(p, PROP_LABEL));
    WRONG(effects->getPropertySet(effect, &p));
    p = bad[n];
    WRONG(effects->getParamSet(effect, &set));
    set = bad[n];
    WRONG(effects->clipGetHandle(effect, "Source", &of, NULL));
    of = bad[n];
    WRONG(effects->clipDefine(effect, "Source", &p));
    WRONG(effects->clipGetPropertySet(of, &p));
    WRONG(effects->clipGetImage(of, 0, NULL, &p));
    p = bad[n];
    WRONG(effects->clipReleaseImage(p));
    WRONG(effects->clipGetRegionOfDefinition(of, 0, &r));
    effects->abort(effect);
    WRONG(effects->imageMemoryLock(block, &pointer));
    WRONG(effects->imageMemoryFree(block));
    WRONG(params->define(set, PARAM_DOUBLE, "x", &p));
    WRONG(params->getHandle(set, "x", &value, NULL));
    value = bad[n];
    WRONG(params->getPropertySet(value, &p));
    WRONG(params->getValue(value, &d));
    WRONG(params->getValueAtTime(value, 0.0, &d));
    WRONG(params->setValue(value, 1.0));
    WRONG(params->getNumKeys(value, &u));
    WRONG(params->deleteAllKeys(value));
    WRONG(curves->getValue(value, 0, 0, 0, &d));
    WRONG(threads->mutexLock(mutex));
    WRONG(threads->mutexDestroy(mutex));
  }
  OfxPropertySetHandle mine = own(e);
  OfxParamSetHandle set = NULL;
  OfxImageClipHandle none = NULL;
  OfxParamHandle number = NULL;
  OfxPropertySetHandle p = NULL;
  effects->getParamSet(e, &set);
  WRONG(props->getInt(mine, "NoSuchProperty", 0, &i));
  WRONG(props->getString(mine, PROP_LABEL, 99, &text));
  WRONG(props->getString(mine, PROP_LABEL, -1, &text));
  WRONG(props->getDouble(mine, PROP_LABEL, 0, &d)); /* it is a string */
  WRONG(props->getDoubleN(mine, PROP_LABEL, 2, two));
  WRONG(props->setString(mine, PROP_LABEL, -3, "x"));
  WRONG(props->getInt(mine, NULL, 0, &i));
  WRONG(effects->clipGetHandle(e, "NoSuchClip", &none, NULL));
  WRONG(params->getHandle(set, "NoSuchParam", &number, NULL));
  WRONG(params->getHandle(set, NULL, &number, NULL));
  WRONG(effects->imageMemoryAlloc(e, (size_t)1 << 62, (OfxImageMemoryHandle *)&pointer));
  WRONG(memory->alloc(e, (size_t)1 << 62, &pointer));
  WRONG(threads->multiThread(NULL, 2, NULL));
  if (params->getHandle(set, "number", &number, &p) == OFX_OK) {
    WRONG(params->getKeyTime(number, 99, &d));
    WRONG(params->deleteKey(number, 123.0));
    WRONG(params->getKeyIndex(number, 5.0, 0, &i));
  }
  WRONG(threads->mutexCreate(NULL, 0));
  if (host->fetchSuite(host->host, "NoSuchSuite", 1)) return "fetchSuite(NoSuchSuite)";
  if (host->fetchSuite(host->host, "OfxPropertySuite", 99)) return "fetchSuite(version 99)";
  if (host->fetchSuite(host->host, NULL, 1)) return "fetchSuite(NULL)";
  (void)progress, (void)timeline;
  return NULL;
}

/* The answers of an action, spoilt. */
static OfxStatus spoil(const char *action, double number, double other, const char *text,
                       OfxImageEffectHandle e, OfxPropertySetHandle out) {
  double four[4] = {-number, -number, other, other}, range[2] = {number, other};
  if (!strcmp(action, ACTION_DESCRIBE)) {
    describe(e, text, text);
    props->setString(own(e), PROP_GROUPING, 0, text);
    props->setString(own(e), PROP_DEPTHS, 0, text);
    props->setString(own(e), PROP_THREAD_SAFETY, 0, text);
    props->setInt(own(e), PROP_TILES, 0, -5);
    props->setInt(own(e), "NoSuchProperty", 0, 1);
    props->setDouble(own(e), PROP_LABEL, 0, number);
  } else if (!strcmp(action, ACTION_DESCRIBE_IN_CONTEXT)) {
    clip(e, "Source", text), clip(e, "Output", text), clip(e, "Source", text), clip(e, text, text);
    param(e, text, "odd"), param(e, PARAM_DOUBLE, text), param(e, PARAM_DOUBLE, "twice");
    param(e, PARAM_DOUBLE, "twice");
    OfxPropertySetHandle p = param(e, PARAM_CHOICE, "choice");
    props->setString(p, PROP_PARAM_OPTION, 0, text);
    props->setInt(p, PROP_PARAM_DEFAULT, 0, 99);
    p = param(e, PARAM_DOUBLE, "range");
    props->setDouble(p, PROP_PARAM_MIN, 0, number);
    props->setDouble(p, PROP_PARAM_MAX, 0, other);
    props->setString(param(e, PARAM_DOUBLE, "orphan"), PROP_PARAM_PARENT, 0, text);
  } else if (!strcmp(action, ACTION_CLIP_PREFERENCES)) {
    props->setString(out, "OfxImageClipPropComponents_Source", 0, text);
    props->setString(out, "OfxImageClipPropComponents_Output", 0, text);
    props->setString(out, "OfxImageClipPropDepth_Output", 0, text);
    props->setString(out, PROP_PREMULTIPLICATION, 0, text);
    props->setDouble(out, "OfxImageClipPropPAR_Output", 0, -number);
    props->setDouble(out, "OfxImageEffectPropFrameRate", 0, -number);
  } else if (!strcmp(action, ACTION_REGION_OF_DEFINITION)) {
    props->setDoubleN(out, PROP_REGION_OF_DEFINITION, 4, four);
  } else if (!strcmp(action, ACTION_REGIONS_OF_INTEREST)) {
    props->setDoubleN(out, "OfxImageClipPropRoI_Source", 4, four);
    props->setDoubleN(out, "OfxImageClipPropRoI_Nobody", 4, four);
  } else if (!strcmp(action, ACTION_FRAMES_NEEDED)) {
    props->setDoubleN(out, "OfxImageClipPropFrameRange_Source", 2, range);
    props->setDouble(out, "OfxImageClipPropFrameRange_Source", 2, number);
  } else if (!strcmp(action, ACTION_TIME_DOMAIN)) {
    props->setDoubleN(out, PROP_FRAME_RANGE, 2, range);
  } else if (!strcmp(action, ACTION_IS_IDENTITY)) {
    props->setString(out, PROP_NAME, 0, text);
    props->setDouble(out, PROP_TIME, 0, number);
  } else {
    return OFX_DEFAULT;
  }
  return OFX_OK;
}

static OfxStatus plain_render(OfxImageEffectHandle e, OfxPropertySetHandle in) {
  OfxRectI window = window_of(in);
  Image source, out;
  image_of(e, "Source", time_of(in), &source);
  OfxStatus status = image_of(e, "Output", time_of(in), &out);
  if (status == OFX_OK) {
    EACH_PIXEL(window, x, y)
    for (int c = 0; c < 4; c++) ((float *)at(&out, x, y))[c] = sample(&source, x, y, c);
    size_t row = (size_t)abs(out.row_bytes);
    int height = out.bounds.y2 - out.bounds.y1, width = out.bounds.x2 - out.bounds.x1;
    char *end = out.data + (size_t)(height - 1) * row + (size_t)width * (size_t)out.pixel_bytes;
    if (told_to("row", ACTION_RENDER)) memset(out.data + (size_t)height * row, 0x5a, row);
    if (told_to("bytes", ACTION_RENDER)) memset(end, 0x5a, 16);
    if (told_to("before", ACTION_RENDER)) memset(out.data - 16, 0x5a, 16);
  }
  if (told_to("leak", ACTION_RENDER)) {
    void *lost;
    OfxImageMemoryHandle block;
    pthread_t thread;
    memory->alloc(e, 1 << 20, &lost);
    if (effects->imageMemoryAlloc(e, 1 << 20, &block) == OFX_OK)
      effects->imageMemoryLock(block, &lost);
    pthread_create(&thread, NULL, forever, NULL);
    return status;
  }
  release(&source), release(&out);
  return status;
}

static OfxStatus behave(const char *action, OfxImageEffectHandle e, OfxPropertySetHandle in,
                        OfxPropertySetHandle out) {
  if (!strcmp(action, ACTION_DESCRIBE)) {
    describe(e, "Hostile", CONTEXT_GENERAL);
    return OFX_OK;
  }
  if (!strcmp(action, ACTION_DESCRIBE_IN_CONTEXT)) {
    number_param(e, "number", 1.0);
    return one_input(e, in, out);
  }
  if (!strcmp(action, ACTION_RENDER)) return plain_render(e, in);
  return OFX_DEFAULT;
}

static OfxStatus entry(const char *action, const void *handle, OfxPropertySetHandle in,
                       OfxPropertySetHandle out) {
  static const Does nothing[] = {{NULL, NULL}};
  OfxImageEffectHandle e = (OfxImageEffectHandle)handle;
  if (!strcmp(action, ACTION_LOAD)) run(nothing, action, handle, in, out);
  if (told_to("crash", action)) *(volatile int *)8 = 1;
  if (told_to("abort", action)) abort();
  if (told_to("exit", action)) _exit(3);
  if (told_to("hang", action)) forever(NULL);
  if (told_to("fatal", action)) return OFX_FATAL;
  if (told_to("strange", action)) return 12345;
  if (told_to("print", action)) print_masses();
  if (told_to("fail", action)) {
    if (e) messages->setPersistentMessage(e, MESSAGE_ERROR, "why", "no %s: %d%%", "luck", 100);
    return OFX_FAILED;
  }
  if (told_to("calls", action)) {
    const char *accepted = wrong_calls(e);
    if (accepted) {
      messages->message(e, MESSAGE_ERROR, "calls", "the host accepts %s", accepted);
      return OFX_FAILED;
    }
  }
  if (told_to("huge", action)) return spoil(action, 1e9, 1e9, COMPONENTS_RGBA, e, out);
  if (told_to("nan", action)) return spoil(action, NAN, NAN, "Source", e, out);
  if (told_to("reversed", action)) return spoil(action, 9, -9, "Source", e, out);
  if (told_to("null", action)) return spoil(action, 0, 0, NULL, e, out);
  if (told_to("unknown", action)) return spoil(action, 1, 2, "NoSuchThing", e, out);
  return behave(action, e, in, out);
}

static OfxPlugin Hostile = {
    OFX_IMAGE_EFFECT_API, 1, "memecomp.test.Hostile", 1, 0, set_host, entry};
PLUGS(&Hostile)
