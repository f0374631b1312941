/* Read and Write: a reader and a writer of a trivial format, ".mraw": the letters MRAW, width and
   height as 32-bit integers, then rows from the bottom of float RGBA. */

#include "plug.h"

#define UNUSED (void)e, (void)in, (void)out
#define ACT(name) \
  static OfxStatus name(OfxImageEffectHandle e, OfxPropertySetHandle in, OfxPropertySetHandle out)

static void file_param(OfxImageEffectHandle e) {
  OfxPropertySetHandle p = param(e, PARAM_STRING, "filename");
  props->setString(p, PROP_PARAM_STRING_MODE, 0, "OfxParamStringIsFilePath");
}

static void describe_file(OfxImageEffectHandle e, const char *label, const char *context) {
  describe(e, label, context);
  props->setInt(own(e), PROP_TILES, 0, 0);
  props->setString(own(e), "TuttleOfxImageEffectPropSupportedExtensions", 0, "mraw");
}

static FILE *open_file(OfxImageEffectHandle e, double time, const char *how) {
  const char *name = NULL;
  params->getValueAtTime(handle_of(e, "filename"), time, &name);
  FILE *file = name && *name ? fopen(name, how) : NULL;
  if (!file)
    messages->setPersistentMessage(e, MESSAGE_ERROR, "file", "cannot open %s", name ? name : "");
  return file;
}

static FILE *open_to_read(OfxImageEffectHandle e, double time, int32_t size[2]) {
  char magic[4];
  FILE *file = open_file(e, time, "rb");
  if (!file) return NULL;
  if (fread(magic, 1, 4, file) == 4 && !memcmp(magic, "MRAW", 4) && fread(size, 4, 2, file) == 2)
    return file;
  messages->setPersistentMessage(e, MESSAGE_ERROR, "format", "not a file of this format");
  fclose(file);
  return NULL;
}

ACT(read_describe) {
  UNUSED;
  describe_file(e, "Read", CONTEXT_READER);
  return OFX_OK;
}

ACT(read_context) {
  UNUSED;
  clip(e, "Output", COMPONENTS_RGBA);
  file_param(e);
  param(e, PARAM_INTEGER_2D, "found");
  return OFX_OK;
}

ACT(read_changed) {
  (void)out;
  const char *name = "";
  int32_t size[2] = {0, 0};
  props->getString(in, PROP_NAME, 0, &name);
  if (strcmp(name, "filename")) return OFX_DEFAULT;
  FILE *file = open_to_read(e, time_of(in), size);
  if (file) fclose(file);
  params->setValue(handle_of(e, "found"), (int)size[0], (int)size[1]);
  return OFX_OK;
}

ACT(read_region) {
  int32_t size[2] = {0, 0};
  FILE *file = open_to_read(e, time_of(in), size);
  if (!file) return OFX_FAILED;
  fclose(file);
  props->setDoubleN(out, PROP_REGION_OF_DEFINITION, 4, (double[]){0, 0, size[0], size[1]});
  return OFX_OK;
}

ACT(read_render) {
  (void)out;
  int32_t size[2] = {0, 0};
  Image result;
  FILE *file = open_to_read(e, time_of(in), size);
  if (!file) return OFX_FAILED;
  OfxStatus status = image_of(e, "Output", time_of(in), &result);
  float pixel[4];
  for (int y = 0; y < size[1] && status == OFX_OK; y++)
    for (int x = 0; x < size[0]; x++) {
      if (fread(pixel, sizeof pixel, 1, file) != 1) status = OFX_FAILED;
      void *to = at(&result, x, y);
      if (to) memcpy(to, pixel, sizeof pixel);
    }
  if (status != OFX_OK) messages->message(e, MESSAGE_ERROR, "short", "the file is cut short");
  fclose(file);
  release(&result);
  return status;
}

static const Does read_does[] = {{ACTION_DESCRIBE, read_describe},
                                 {ACTION_DESCRIBE_IN_CONTEXT, read_context},
                                 {ACTION_CHANGED, read_changed},
                                 {ACTION_REGION_OF_DEFINITION, read_region},
                                 {ACTION_RENDER, read_render},
                                 {NULL, NULL}};
PLUG(Read, read_does)

ACT(write_describe) {
  UNUSED;
  describe_file(e, "Write", CONTEXT_WRITER);
  return OFX_OK;
}

ACT(write_context) {
  one_input(e, in, out);
  file_param(e);
  return OFX_OK;
}

ACT(write_render) {
  (void)out;
  OfxRectI w = window_of(in);
  int32_t size[2] = {w.x2 - w.x1, w.y2 - w.y1};
  Image source, result;
  FILE *file = open_file(e, time_of(in), "wb");
  if (!file) return OFX_FAILED;
  fwrite("MRAW", 1, 4, file);
  fwrite(size, 4, 2, file);
  image_of(e, "Source", time_of(in), &source);
  OfxStatus status = image_of(e, "Output", time_of(in), &result);
  EACH_PIXEL(w, x, y) {
    float pixel[4];
    for (int c = 0; c < 4; c++) pixel[c] = sample(&source, x, y, c);
    fwrite(pixel, sizeof pixel, 1, file);
    void *to = at(&result, x, y);
    if (to) memcpy(to, pixel, sizeof pixel);
  }
  if (fclose(file)) status = OFX_FAILED;
  release(&source), release(&result);
  return status;
}

static const Does write_does[] = {{ACTION_DESCRIBE, write_describe},
                                  {ACTION_DESCRIBE_IN_CONTEXT, write_context},
                                  {ACTION_RENDER, write_render},
                                  {NULL, NULL}};
PLUG(Write, write_does)
PLUGS(&Read, &Write)
