/* What the test plug-ins share: suites, images, and actions as a list of functions. */

#ifndef PLUG_H
#define PLUG_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openfx.h"

typedef OfxStatus (Act)(OfxImageEffectHandle, OfxPropertySetHandle in, OfxPropertySetHandle out);

/* An action and what does it; the list ends with a null name. */
typedef struct {
  const char *action;
  Act *act;
} Does;

static OfxHost *host;
static const OfxPropertySuite *props;
static const OfxImageEffectSuite *effects;
static const OfxParameterSuite *params;
static const OfxMemorySuite *memory;
static const OfxMultiThreadSuite *threads;
static const OfxMessageSuite *messages;
static const OfxParametricParameterSuite *curves;

static inline void set_host(OfxHost *given) { host = given; }

static inline OfxStatus run(const Does *does, const char *action, const void *handle,
                            OfxPropertySetHandle in, OfxPropertySetHandle out) {
  if (!strcmp(action, ACTION_LOAD)) {
    props = host->fetchSuite(host->host, "OfxPropertySuite", 1);
    effects = host->fetchSuite(host->host, "OfxImageEffectSuite", 1);
    params = host->fetchSuite(host->host, "OfxParameterSuite", 1);
    memory = host->fetchSuite(host->host, "OfxMemorySuite", 1);
    threads = host->fetchSuite(host->host, "OfxMultiThreadSuite", 1);
    messages = host->fetchSuite(host->host, "OfxMessageSuite", 2);
    curves = host->fetchSuite(host->host, "OfxParametricParameterSuite", 1);
    if (!props || !effects || !params) return OFX_MISSING_HOST_FEATURE;
  }
  for (; does->action; does++)
    if (!strcmp(action, does->action)) return does->act((OfxImageEffectHandle)handle, in, out);
  return OFX_DEFAULT;
}

/* PLUG(Name, does) makes the plug-in memecomp.test.Name; PLUGS(&Name, ...) lists them. */
#define PLUG(name, does)                                                                         \
  static OfxStatus name##_entry(const char *action, const void *handle, OfxPropertySetHandle in, \
                                OfxPropertySetHandle out) {                                      \
    return run(does, action, handle, in, out);                                                   \
  }                                                                                              \
  static OfxPlugin name = {                                                                      \
      OFX_IMAGE_EFFECT_API, 1, "memecomp.test." #name, 1, 0, set_host, name##_entry};
#define PLUGS(...)                                                                         \
  static OfxPlugin *const plugs[] = {__VA_ARGS__};                                         \
  int OfxGetNumberOfPlugins(void) { return (int)(sizeof plugs / sizeof *plugs); }          \
  OfxPlugin *OfxGetPlugin(int index) {                                                     \
    return index >= 0 && index < OfxGetNumberOfPlugins() ? plugs[index] : NULL;            \
  }

/* ---- describing --------------------------------------------------------------------------- */

static inline OfxPropertySetHandle own(OfxImageEffectHandle effect) {
  OfxPropertySetHandle found = NULL;
  effects->getPropertySet(effect, &found);
  return found;
}

static inline void describe(OfxImageEffectHandle effect, const char *label, const char *context) {
  OfxPropertySetHandle p = own(effect);
  props->setString(p, PROP_LABEL, 0, label);
  props->setString(p, PROP_GROUPING, 0, "Test");
  props->setString(p, PROP_CONTEXTS, 0, context);
  props->setString(p, PROP_DEPTHS, 0, DEPTH_FLOAT);
  props->setString(p, PROP_THREAD_SAFETY, 0, RENDER_FULLY_SAFE);
  props->setInt(p, PROP_HOST_FRAME_THREADING, 0, 0);
  props->setInt(p, PROP_TILES, 0, 1);
  props->setInt(p, PROP_MULTI_RESOLUTION, 0, 1);
}

static inline OfxPropertySetHandle clip(OfxImageEffectHandle effect, const char *name,
                                        const char *components) {
  OfxPropertySetHandle p = NULL;
  effects->clipDefine(effect, name, &p);
  props->setString(p, PROP_SUPPORTED_COMPONENTS, 0, components);
  props->setInt(p, PROP_TILES, 0, 1);
  return p;
}

static inline OfxPropertySetHandle param(OfxImageEffectHandle effect, const char *type,
                                         const char *name) {
  OfxParamSetHandle set = NULL;
  OfxPropertySetHandle p = NULL;
  effects->getParamSet(effect, &set);
  params->define(set, type, name, &p);
  return p;
}

static inline void number_param(OfxImageEffectHandle effect, const char *name, double value) {
  OfxPropertySetHandle p = param(effect, PARAM_DOUBLE, name);
  props->setDouble(p, PROP_PARAM_DEFAULT, 0, value);
}

/* Source and Output of RGBA: enough for most. */
static inline OfxStatus one_input(OfxImageEffectHandle effect, OfxPropertySetHandle in,
                                  OfxPropertySetHandle out) {
  (void)in, (void)out;
  clip(effect, "Source", COMPONENTS_RGBA);
  clip(effect, "Output", COMPONENTS_RGBA);
  return OFX_OK;
}

/* ---- instances ---------------------------------------------------------------------------- */

static inline OfxParamHandle handle_of(OfxImageEffectHandle effect, const char *name) {
  OfxParamSetHandle set = NULL;
  OfxParamHandle found = NULL;
  effects->getParamSet(effect, &set);
  params->getHandle(set, name, &found, NULL);
  return found;
}

static inline OfxPropertySetHandle param_props(OfxImageEffectHandle effect, const char *name) {
  OfxPropertySetHandle found = NULL;
  params->getPropertySet(handle_of(effect, name), &found);
  return found;
}

static inline double number_at(OfxImageEffectHandle effect, const char *name, double time) {
  double value = 0;
  params->getValueAtTime(handle_of(effect, name), time, &value);
  return value;
}

static inline double time_of(OfxPropertySetHandle in) {
  double time = 0;
  props->getDouble(in, PROP_TIME, 0, &time);
  return time;
}

typedef struct {
  OfxPropertySetHandle handle;
  char *data;
  OfxRectI bounds;
  int row_bytes, pixel_bytes, components;
} Image;

/* Fills in what the properties of an image say, by its handle. */
static inline OfxStatus about_image(Image *image) {
  OfxPropertySetHandle p = image->handle;
  const char *depth = "", *components = "";
  props->getPointer(p, PROP_DATA, 0, (void **)&image->data);
  props->getIntN(p, PROP_BOUNDS, 4, &image->bounds.x1);
  props->getInt(p, PROP_ROW_BYTES, 0, &image->row_bytes);
  props->getString(p, PROP_PIXEL_DEPTH, 0, &depth);
  props->getString(p, PROP_COMPONENTS, 0, &components);
  image->components = !strcmp(components, COMPONENTS_RGBA)    ? 4
                      : !strcmp(components, COMPONENTS_RGB)   ? 3
                      : !strcmp(components, COMPONENTS_ALPHA) ? 1
                                                              : 0;
  int bytes = !strcmp(depth, DEPTH_FLOAT) ? 4 : !strcmp(depth, DEPTH_SHORT) ? 2 : 1;
  image->pixel_bytes = image->components * bytes;
  return image->data && image->components ? OFX_OK : OFX_FAILED;
}

static inline OfxStatus image_of(OfxImageEffectHandle effect, const char *name, double time,
                                 Image *image) {
  OfxImageClipHandle found = NULL;
  memset(image, 0, sizeof *image);
  if (effects->clipGetHandle(effect, name, &found, NULL) != OFX_OK) return OFX_FAILED;
  if (effects->clipGetImage(found, time, NULL, &image->handle) != OFX_OK) {
    image->handle = NULL;
    return OFX_FAILED;
  }
  return about_image(image);
}

static inline void release(Image *image) {
  if (image->handle) effects->clipReleaseImage(image->handle);
  image->handle = NULL;
}

/* The pixel, or null outside the image. */
static inline void *at(const Image *image, int x, int y) {
  const OfxRectI *b = &image->bounds;
  if (!image->data || x < b->x1 || x >= b->x2 || y < b->y1 || y >= b->y2) return NULL;
  return image->data + (ptrdiff_t)(y - b->y1) * image->row_bytes +
         (ptrdiff_t)(x - b->x1) * image->pixel_bytes;
}

/* One channel of a float image; 0 outside it. */
static inline float sample(const Image *image, int x, int y, int channel) {
  const float *pixel = at(image, x, y);
  return pixel && channel < image->components ? pixel[channel] : 0.0f;
}

static inline OfxRectI window_of(OfxPropertySetHandle in) {
  OfxRectI window = {0, 0, 0, 0};
  props->getIntN(in, PROP_RENDER_WINDOW, 4, &window.x1);
  return window;
}

#define EACH_PIXEL(window, x, y)                   \
  for (int y = (window).y1; y < (window).y2; y++) \
    for (int x = (window).x1; x < (window).x2; x++)

#endif
