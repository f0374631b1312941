/* Plug-ins that can do less than others, or more.

   Bytes       byte depth only: 255 − v of red, green and blue
   AlphaOnly   images of one channel: 1 − a
   ThreeOnly   RGB only: the channels moved round
   Untiled     whole images only: each pixel is its row's sum
   Unscaled    refuses a render scale but 1
   Same        identity of the frame two before
   Grow        its region is larger than the source's by `size`; a box of 2·size + 1 rows is summed
   Move        a translation that is also given as a matrix, and applies one that its source has
   Straight    takes and gives unpremultiplied images
   InOrder     only frame after frame: the count of frames since the sequence began
   Unsafe      one render at a time in the whole process; two at once fail
   Views       the mean of the left and the right view; not described by a host without views
   Shader      renders with OpenGL only; not described by a host that has never heard of it */

#include "plug.h"

#define UNUSED (void)e, (void)in, (void)out
#define ACT(name) \
  static OfxStatus name(OfxImageEffectHandle e, OfxPropertySetHandle in, OfxPropertySetHandle out)

typedef void (Pixel)(const Image *source, void *result, int x, int y);

static OfxStatus each(OfxImageEffectHandle e, OfxPropertySetHandle in, Pixel *pixel) {
  OfxRectI window = window_of(in);
  Image source, result;
  image_of(e, "Source", time_of(in), &source);
  OfxStatus status = image_of(e, "Output", time_of(in), &result);
  if (status == OFX_OK) EACH_PIXEL(window, x, y) pixel(&source, at(&result, x, y), x, y);
  release(&source), release(&result);
  return status;
}

static OfxStatus both(OfxImageEffectHandle e, const char *components) {
  clip(e, "Source", components);
  clip(e, "Output", components);
  return OFX_OK;
}

static void copy(const Image *source, void *result, int x, int y) {
  for (int c = 0; c < 4; c++) ((float *)result)[c] = sample(source, x, y, c);
}

ACT(describe_plain) {
  UNUSED;
  describe(e, "Plain", CONTEXT_FILTER);
  return OFX_OK;
}

/* ---- Bytes -------------------------------------------------------------------------------- */

ACT(bytes_describe) {
  UNUSED;
  describe(e, "Bytes", CONTEXT_FILTER);
  props->setString(own(e), PROP_DEPTHS, 0, DEPTH_BYTE);
  return OFX_OK;
}

static void bytes_pixel(const Image *source, void *result, int x, int y) {
  unsigned char *to = result, none[4] = {0, 0, 0, 0}, *from = at(source, x, y);
  if (!from) from = none;
  for (int c = 0; c < 3; c++) to[c] = (unsigned char)(255 - from[c]);
  to[3] = from[3];
}

ACT(bytes_render) { (void)out; return each(e, in, bytes_pixel); }

static const Does bytes_does[] = {{ACTION_DESCRIBE, bytes_describe},
                                  {ACTION_DESCRIBE_IN_CONTEXT, one_input},
                                  {ACTION_RENDER, bytes_render},
                                  {NULL, NULL}};
PLUG(Bytes, bytes_does)

/* ---- AlphaOnly, ThreeOnly ----------------------------------------------------------------- */

ACT(alpha_context) { (void)in, (void)out; return both(e, COMPONENTS_ALPHA); }

static void alpha_pixel(const Image *source, void *result, int x, int y) {
  *(float *)result = 1.0f - sample(source, x, y, 0);
}

ACT(alpha_render) { (void)out; return each(e, in, alpha_pixel); }

static const Does alpha_does[] = {{ACTION_DESCRIBE, describe_plain},
                                  {ACTION_DESCRIBE_IN_CONTEXT, alpha_context},
                                  {ACTION_RENDER, alpha_render},
                                  {NULL, NULL}};
PLUG(AlphaOnly, alpha_does)

ACT(three_context) { (void)in, (void)out; return both(e, COMPONENTS_RGB); }

static void three_pixel(const Image *source, void *result, int x, int y) {
  for (int c = 0; c < 3; c++) ((float *)result)[c] = sample(source, x, y, (c + 1) % 3);
}

ACT(three_render) { (void)out; return each(e, in, three_pixel); }

static const Does three_does[] = {{ACTION_DESCRIBE, describe_plain},
                                  {ACTION_DESCRIBE_IN_CONTEXT, three_context},
                                  {ACTION_RENDER, three_render},
                                  {NULL, NULL}};
PLUG(ThreeOnly, three_does)

/* ---- Untiled, Unscaled -------------------------------------------------------------------- */

ACT(untiled_describe) {
  UNUSED;
  describe(e, "Untiled", CONTEXT_FILTER);
  props->setInt(own(e), PROP_TILES, 0, 0);
  return OFX_OK;
}

static void untiled_pixel(const Image *source, void *result, int x, int y) {
  (void)x;
  for (int c = 0; c < 4; c++) {
    float sum = 0;
    for (int i = source->bounds.x1; i < source->bounds.x2; i++) sum += sample(source, i, y, c);
    ((float *)result)[c] = sum;
  }
}

ACT(untiled_render) { (void)out; return each(e, in, untiled_pixel); }

static const Does untiled_does[] = {{ACTION_DESCRIBE, untiled_describe},
                                    {ACTION_DESCRIBE_IN_CONTEXT, one_input},
                                    {ACTION_RENDER, untiled_render},
                                    {NULL, NULL}};
PLUG(Untiled, untiled_does)

ACT(unscaled_describe) {
  UNUSED;
  describe(e, "Unscaled", CONTEXT_FILTER);
  props->setInt(own(e), PROP_MULTI_RESOLUTION, 0, 0);
  return OFX_OK;
}

ACT(unscaled_render) {
  (void)out;
  double scale[2] = {0, 0};
  props->getDoubleN(in, PROP_RENDER_SCALE, 2, scale);
  if (scale[0] != 1 || scale[1] != 1) {
    messages->setPersistentMessage(e, MESSAGE_ERROR, "scale", "scale %g, not 1", scale[0]);
    return OFX_FAILED;
  }
  return each(e, in, copy);
}

static const Does unscaled_does[] = {{ACTION_DESCRIBE, unscaled_describe},
                                     {ACTION_DESCRIBE_IN_CONTEXT, one_input},
                                     {ACTION_RENDER, unscaled_render},
                                     {NULL, NULL}};
PLUG(Unscaled, unscaled_does)

/* ---- Same --------------------------------------------------------------------------------- */

ACT(same_identity) {
  (void)e;
  props->setString(out, PROP_NAME, 0, "Source");
  props->setDouble(out, PROP_TIME, 0, time_of(in) - 2);
  return OFX_OK;
}

ACT(same_render) {
  UNUSED;
  messages->message(e, MESSAGE_ERROR, "same", "a render of what is an identity");
  return OFX_FAILED;
}

static const Does same_does[] = {{ACTION_DESCRIBE, describe_plain},
                                 {ACTION_DESCRIBE_IN_CONTEXT, one_input},
                                 {ACTION_IS_IDENTITY, same_identity},
                                 {ACTION_RENDER, same_render},
                                 {NULL, NULL}};
PLUG(Same, same_does)

/* ---- Grow --------------------------------------------------------------------------------- */

ACT(grow_context) {
  UNUSED;
  one_input(e, in, out);
  OfxPropertySetHandle p = param(e, PARAM_INTEGER, "size");
  props->setInt(p, PROP_PARAM_DEFAULT, 0, 3);
  return OFX_OK;
}

static int grow_size(OfxImageEffectHandle e) {
  int size = 0;
  params->getValue(handle_of(e, "size"), &size);
  return size;
}

ACT(grow_region) {
  OfxImageClipHandle source;
  OfxRectD r;
  int size = grow_size(e);
  effects->clipGetHandle(e, "Source", &source, NULL);
  effects->clipGetRegionOfDefinition(source, time_of(in), &r);
  props->setDoubleN(out, PROP_REGION_OF_DEFINITION, 4,
                    (double[]){r.x1, r.y1 - size, r.x2, r.y2 + size});
  return OFX_OK;
}

ACT(grow_interest) {
  OfxRectD r;
  int size = grow_size(e);
  props->getDoubleN(in, PROP_REGION_OF_INTEREST, 4, &r.x1);
  props->setDoubleN(out, "OfxImageClipPropRoI_Source", 4,
                    (double[]){r.x1, r.y1 - size, r.x2, r.y2 + size});
  return OFX_OK;
}

ACT(grow_render) {
  (void)out;
  OfxRectI window = window_of(in);
  int size = grow_size(e);
  double scale[2] = {1, 1};
  props->getDoubleN(in, PROP_RENDER_SCALE, 2, scale);
  size = (int)floor(size * scale[1] + 0.5);
  Image source, result;
  image_of(e, "Source", time_of(in), &source);
  OfxStatus status = image_of(e, "Output", time_of(in), &result);
  if (status == OFX_OK)
    EACH_PIXEL(window, x, y) {
      for (int c = 0; c < 4; c++) {
        float sum = 0;
        for (int dy = -size; dy <= size; dy++) sum += sample(&source, x, y + dy, c);
        ((float *)at(&result, x, y))[c] = sum;
      }
    }
  release(&source), release(&result);
  return status;
}

static const Does grow_does[] = {{ACTION_DESCRIBE, describe_plain},
                                 {ACTION_DESCRIBE_IN_CONTEXT, grow_context},
                                 {ACTION_REGION_OF_DEFINITION, grow_region},
                                 {ACTION_REGIONS_OF_INTEREST, grow_interest},
                                 {ACTION_RENDER, grow_render},
                                 {NULL, NULL}};
PLUG(Grow, grow_does)

/* ---- Move --------------------------------------------------------------------------------- */

ACT(move_describe) {
  UNUSED;
  describe(e, "Move", CONTEXT_FILTER);
  props->setInt(own(e), PROP_CAN_TRANSFORM, 0, 1);
  return OFX_OK;
}

ACT(move_context) {
  UNUSED;
  props->setInt(clip(e, "Source", COMPONENTS_RGBA), PROP_CAN_TRANSFORM, 0, 1);
  clip(e, "Output", COMPONENTS_RGBA);
  OfxPropertySetHandle p = param(e, PARAM_DOUBLE_2D, "by");
  props->setDoubleN(p, PROP_PARAM_DEFAULT, 2, (double[]){2, -1});
  return OFX_OK;
}

static void move_by(OfxImageEffectHandle e, OfxPropertySetHandle in, double by[2]) {
  params->getValueAtTime(handle_of(e, "by"), time_of(in), &by[0], &by[1]);
}

ACT(move_transform) {
  double by[2] = {0, 0}, scale[2] = {1, 1};
  move_by(e, in, by);
  props->getDoubleN(in, PROP_RENDER_SCALE, 2, scale);
  props->setString(out, PROP_NAME, 0, "Source");
  double matrix[9] = {1, 0, by[0] * scale[0], 0, 1, by[1] * scale[1], 0, 0, 1};
  props->setDoubleN(out, PROP_MATRIX, 9, matrix);
  return OFX_OK;
}

ACT(move_region) {
  OfxImageClipHandle source;
  OfxRectD r;
  double by[2] = {0, 0};
  move_by(e, in, by);
  effects->clipGetHandle(e, "Source", &source, NULL);
  effects->clipGetRegionOfDefinition(source, time_of(in), &r);
  props->setDoubleN(out, PROP_REGION_OF_DEFINITION, 4,
                    (double[]){r.x1 + by[0], r.y1 + by[1], r.x2 + by[0], r.y2 + by[1]});
  return OFX_OK;
}

ACT(move_interest) {
  OfxRectD r;
  double by[2] = {0, 0};
  move_by(e, in, by);
  props->getDoubleN(in, PROP_REGION_OF_INTEREST, 4, &r.x1);
  props->setDoubleN(out, "OfxImageClipPropRoI_Source", 4,
                    (double[]){r.x1 - by[0], r.y1 - by[1], r.x2 - by[0], r.y2 - by[1]});
  return OFX_OK;
}

ACT(move_render) {
  (void)out;
  OfxRectI window = window_of(in);
  double by[2] = {0, 0};
  move_by(e, in, by);
  Image source, result;
  image_of(e, "Source", time_of(in), &source);
  double above[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  if (source.handle) props->getDoubleN(source.handle, PROP_MATRIX, 9, above);
  int dx = (int)(by[0] + above[2]), dy = (int)(by[1] + above[5]);
  OfxStatus status = image_of(e, "Output", time_of(in), &result);
  if (status == OFX_OK)
    EACH_PIXEL(window, x, y) copy(&source, at(&result, x, y), x - dx, y - dy);
  release(&source), release(&result);
  return status;
}

static const Does move_does[] = {{ACTION_DESCRIBE, move_describe},
                                 {ACTION_DESCRIBE_IN_CONTEXT, move_context},
                                 {ACTION_GET_TRANSFORM, move_transform},
                                 {ACTION_REGION_OF_DEFINITION, move_region},
                                 {ACTION_REGIONS_OF_INTEREST, move_interest},
                                 {ACTION_RENDER, move_render},
                                 {NULL, NULL}};
PLUG(Move, move_does)

/* ---- Straight ----------------------------------------------------------------------------- */

ACT(straight_preferences) {
  (void)e, (void)in;
  props->setString(out, PROP_PREMULTIPLICATION, 0, UNPREMULTIPLIED);
  return OFX_OK;
}

static void straight_pixel(const Image *source, void *result, int x, int y) {
  for (int c = 0; c < 4; c++)
    ((float *)result)[c] = c < 3 ? sample(source, x, y, c) * 0.5f : sample(source, x, y, c);
}

ACT(straight_render) { (void)out; return each(e, in, straight_pixel); }

static const Does straight_does[] = {{ACTION_DESCRIBE, describe_plain},
                                     {ACTION_DESCRIBE_IN_CONTEXT, one_input},
                                     {ACTION_CLIP_PREFERENCES, straight_preferences},
                                     {ACTION_RENDER, straight_render},
                                     {NULL, NULL}};
PLUG(Straight, straight_does)

/* ---- InOrder ------------------------------------------------------------------------------ */

ACT(order_describe) {
  UNUSED;
  describe(e, "InOrder", CONTEXT_FILTER);
  props->setInt(own(e), PROP_SEQUENTIAL, 0, 1);
  props->setString(own(e), PROP_THREAD_SAFETY, 0, RENDER_INSTANCE_SAFE);
  return OFX_OK;
}

static int *order_count(OfxImageEffectHandle e) {
  void *count = NULL;
  props->getPointer(own(e), PROP_INSTANCE_DATA, 0, &count);
  return count;
}

ACT(order_create) {
  UNUSED;
  props->setPointer(own(e), PROP_INSTANCE_DATA, 0, calloc(1, sizeof(int)));
  return OFX_OK;
}

ACT(order_destroy) {
  UNUSED;
  free(order_count(e));
  return OFX_OK;
}

ACT(order_begin) {
  UNUSED;
  *order_count(e) = 0;
  return OFX_OK;
}

ACT(order_render) {
  (void)out;
  Image result;
  OfxRectI window = window_of(in);
  if (image_of(e, "Output", time_of(in), &result) != OFX_OK) return OFX_FAILED;
  float count = (float)++*order_count(e);
  EACH_PIXEL(window, x, y)
  for (int c = 0; c < 4; c++) ((float *)at(&result, x, y))[c] = count;
  release(&result);
  return OFX_OK;
}

static const Does order_does[] = {{ACTION_DESCRIBE, order_describe},
                                  {ACTION_DESCRIBE_IN_CONTEXT, one_input},
                                  {ACTION_CREATE, order_create},
                                  {ACTION_DESTROY, order_destroy},
                                  {ACTION_BEGIN_SEQUENCE, order_begin},
                                  {ACTION_RENDER, order_render},
                                  {NULL, NULL}};
PLUG(InOrder, order_does)

/* ---- Unsafe ------------------------------------------------------------------------------- */

static volatile int running;

ACT(unsafe_describe) {
  UNUSED;
  describe(e, "Unsafe", CONTEXT_FILTER);
  props->setString(own(e), PROP_THREAD_SAFETY, 0, RENDER_UNSAFE);
  return OFX_OK;
}

ACT(unsafe_render) {
  (void)out;
  if (__sync_add_and_fetch(&running, 1) != 1) {
    messages->message(e, MESSAGE_ERROR, "two", "two renders at once");
    __sync_sub_and_fetch(&running, 1);
    return OFX_FAILED;
  }
  OfxStatus status = OFX_OK;
  for (int i = 0; i < 200 && status == OFX_OK; i++) status = each(e, in, copy);
  if (__sync_sub_and_fetch(&running, 1) != 0) status = OFX_FAILED;
  return status;
}

static const Does unsafe_does[] = {{ACTION_DESCRIBE, unsafe_describe},
                                   {ACTION_DESCRIBE_IN_CONTEXT, one_input},
                                   {ACTION_RENDER, unsafe_render},
                                   {NULL, NULL}};
PLUG(Unsafe, unsafe_does)

/* ---- Views -------------------------------------------------------------------------------- */

typedef struct {
  OfxStatus (*image)(OfxImageClipHandle, OfxTime, int view, const OfxRectD *,
                     OfxPropertySetHandle *);
} Stereo;

static const Stereo *stereo;

ACT(views_describe) {
  UNUSED;
  stereo = host->fetchSuite(host->host, "OfxVegasStereoscopicImageEffectSuite", 1);
  if (!stereo) return OFX_MISSING_HOST_FEATURE;
  describe(e, "Views", CONTEXT_FILTER);
  return OFX_OK;
}

ACT(views_render) {
  (void)out;
  OfxRectI window = window_of(in);
  OfxImageClipHandle clip_handle;
  Image sides[2], result;
  effects->clipGetHandle(e, "Source", &clip_handle, NULL);
  for (int view = 0; view < 2; view++) {
    memset(&sides[view], 0, sizeof sides[view]);
    if (stereo->image(clip_handle, time_of(in), view, NULL, &sides[view].handle) != OFX_OK ||
        about_image(&sides[view]) != OFX_OK)
      return OFX_FAILED;
  }
  OfxStatus status = image_of(e, "Output", time_of(in), &result);
  if (status == OFX_OK) EACH_PIXEL(window, x, y)
      for (int c = 0; c < 4; c++)
        ((float *)at(&result, x, y))[c] =
            (sample(&sides[0], x, y, c) + sample(&sides[1], x, y, c)) / 2;
  release(&sides[0]), release(&sides[1]), release(&result);
  return status;
}

static const Does views_does[] = {{ACTION_DESCRIBE, views_describe},
                                  {ACTION_DESCRIBE_IN_CONTEXT, one_input},
                                  {ACTION_RENDER, views_render},
                                  {NULL, NULL}};
PLUG(Views, views_does)

/* ---- Shader ------------------------------------------------------------------------------- */

#define OPENGL_SUPPORTED "OfxImageEffectPropOpenGLRenderSupported"

ACT(shader_describe) {
  UNUSED;
  const char *has = "";
  props->getString(host->host, OPENGL_SUPPORTED, 0, &has);
  if (!strcmp(has, "false") || !host->fetchSuite(host->host, "OfxImageEffectOpenGLRenderSuite", 1))
    return OFX_MISSING_HOST_FEATURE;
  describe(e, "Shader", CONTEXT_FILTER);
  props->setString(own(e), OPENGL_SUPPORTED, 0, "needed");
  return OFX_OK;
}

static const Does shader_does[] = {{ACTION_DESCRIBE, shader_describe},
                                   {ACTION_DESCRIBE_IN_CONTEXT, one_input},
                                   {NULL, NULL}};
PLUG(Shader, shader_does)

PLUGS(&Bytes, &AlphaOnly, &ThreeOnly, &Untiled, &Unscaled, &Same, &Grow, &Move, &Straight, &InOrder,
      &Unsafe, &Views, &Shader)
