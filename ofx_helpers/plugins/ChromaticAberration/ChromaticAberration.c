/* ChromaticAberration: an OpenFX plug-in that moves red and blue by pixels and scales them about a
   centre, as a lens that does not bring the colours together. Green and alpha stay.

   Build:   make plugins          (build/ChromaticAberration.ofx.bundle)
   or       cc -O2 -fPIC -shared -fvisibility=hidden ChromaticAberration.c \
               -o ChromaticAberration.ofx -lm
   and put the binary into ChromaticAberration.ofx.bundle/Contents/Linux-x86-64 (Win64, MacOS).

   move.h has the arithmetic. The colours are moved as they are, premultiplied or not. */

#include <stdlib.h>

#include "move.h"

#define SMALLEST 0.01 /* scales */
#define LARGEST 100.0

static OfxHost *host;
static const OfxPropertySuite *props;
static const OfxImageEffectSuite *effects;
static const OfxParameterSuite *params;
static const OfxMultiThreadSuite *threads; /* may be null */

/* ---- description -------------------------------------------------------------------------- */

static OfxStatus load(void) {
  props = host->fetchSuite(host->host, "OfxPropertySuite", 1);
  effects = host->fetchSuite(host->host, "OfxImageEffectSuite", 1);
  params = host->fetchSuite(host->host, "OfxParameterSuite", 1);
  threads = host->fetchSuite(host->host, "OfxMultiThreadSuite", 1);
  return props && effects && params ? OFX_OK : OFX_MISSING_HOST_FEATURE;
}

static OfxStatus describe(OfxImageEffectHandle effect) {
  OfxPropertySetHandle p;
  effects->getPropertySet(effect, &p);
  props->setString(p, PROP_LABEL, 0, "ChromaticAberration");
  props->setString(p, PROP_GROUPING, 0, "Filter");
  props->setString(p, PROP_DESCRIPTION, 0,
                   "Colour fringes: red and blue are moved by pixels, whole ones or parts, and "
                   "scaled about a centre. Green and alpha stay. Moves by whole pixels change no "
                   "value; others interpolate linearly.");
  props->setString(p, PROP_CONTEXTS, 0, CONTEXT_FILTER);
  props->setString(p, PROP_CONTEXTS, 1, CONTEXT_GENERAL);
  props->setString(p, PROP_DEPTHS, 0, DEPTH_FLOAT);
  props->setString(p, PROP_DEPTHS, 1, DEPTH_SHORT);
  props->setString(p, PROP_DEPTHS, 2, DEPTH_BYTE);
  props->setString(p, PROP_THREAD_SAFETY, 0, RENDER_FULLY_SAFE);
  props->setInt(p, PROP_HOST_FRAME_THREADING, 0, 0); /* we share out the rows ourselves */
  props->setInt(p, PROP_SINGLE_INSTANCE, 0, 0);
  props->setInt(p, PROP_TILES, 0, 1);
  props->setInt(p, PROP_MULTI_RESOLUTION, 0, 1);
  props->setInt(p, PROP_TEMPORAL, 0, 0);
  return OFX_OK;
}

static void define_clip(OfxImageEffectHandle effect, const char *name) {
  OfxPropertySetHandle p;
  effects->clipDefine(effect, name, &p);
  props->setString(p, PROP_SUPPORTED_COMPONENTS, 0, COMPONENTS_RGBA);
  props->setString(p, PROP_SUPPORTED_COMPONENTS, 1, COMPONENTS_RGB);
  props->setInt(p, PROP_TILES, 0, 1);
}

static OfxPropertySetHandle define(OfxParamSetHandle set, const char *type, const char *name,
                                   const char *label, const char *hint) {
  OfxPropertySetHandle p;
  params->define(set, type, name, &p);
  props->setString(p, PROP_LABEL, 0, label);
  props->setString(p, PROP_PARAM_HINT, 0, hint);
  return p;
}

static void define_move(OfxParamSetHandle set, const char *shift, const char *shift_label,
                        const char *scale, const char *scale_label) {
  OfxPropertySetHandle p = define(set, PARAM_DOUBLE_2D, shift, shift_label,
                                  "How far it is moved, in pixels to the right and up.");
  props->setString(p, PROP_PARAM_DOUBLE_TYPE, 0, "OfxParamDoubleTypeXY");
  for (int i = 0; i < 2; i++) {
    props->setDouble(p, PROP_PARAM_DEFAULT, i, 0);
    props->setDouble(p, PROP_PARAM_DISPLAY_MIN, i, -20);
    props->setDouble(p, PROP_PARAM_DISPLAY_MAX, i, 20);
  }
  p = define(set, PARAM_DOUBLE, scale, scale_label, "How much larger it is, about the centre.");
  props->setString(p, PROP_PARAM_DOUBLE_TYPE, 0, "OfxParamDoubleTypeScale");
  props->setDouble(p, PROP_PARAM_DEFAULT, 0, 1);
  props->setDouble(p, PROP_PARAM_MIN, 0, SMALLEST);
  props->setDouble(p, PROP_PARAM_MAX, 0, LARGEST);
  props->setDouble(p, PROP_PARAM_DISPLAY_MIN, 0, 0.95);
  props->setDouble(p, PROP_PARAM_DISPLAY_MAX, 0, 1.05);
}

static OfxStatus describe_in_context(OfxImageEffectHandle effect, OfxPropertySetHandle in) {
  const char *context = "";
  OfxPropertySetHandle p;
  OfxParamSetHandle set;
  props->getString(in, PROP_CONTEXT, 0, &context);
  define_clip(effect, "Source");
  define_clip(effect, "Output");
  if (!strcmp(context, CONTEXT_GENERAL)) { /* a filter has one input */
    effects->clipDefine(effect, "Mask", &p);
    props->setString(p, PROP_SUPPORTED_COMPONENTS, 0, COMPONENTS_ALPHA);
    props->setInt(p, PROP_OPTIONAL, 0, 1);
    props->setInt(p, PROP_IS_MASK, 0, 1);
    props->setInt(p, PROP_TILES, 0, 1);
  }
  effects->getParamSet(effect, &set);
  define_move(set, "redShift", "Red shift", "redScale", "Red scale");
  define_move(set, "blueShift", "Blue shift", "blueScale", "Blue scale");
  p = define(set, PARAM_DOUBLE_2D, "center", "Centre", "The point that scaling leaves in place.");
  props->setString(p, PROP_PARAM_DOUBLE_TYPE, 0, "OfxParamDoubleTypeXYAbsolute");
  props->setString(p, PROP_PARAM_COORDINATES, 0, "OfxParamCoordinatesNormalised");
  props->setDouble(p, PROP_PARAM_DEFAULT, 0, 0.5);
  props->setDouble(p, PROP_PARAM_DEFAULT, 1, 0.5);
  define(set, PARAM_BOOLEAN, "maskInvert", "Invert mask", "The effect shows where the mask is 0.");
  p = define(set, PARAM_DOUBLE, "mix", "Mix", "How much of the effect shows.");
  props->setDouble(p, PROP_PARAM_DEFAULT, 0, 1);
  props->setDouble(p, PROP_PARAM_MIN, 0, 0);
  props->setDouble(p, PROP_PARAM_MAX, 0, 1);
  props->setDouble(p, PROP_PARAM_DISPLAY_MIN, 0, 0);
  props->setDouble(p, PROP_PARAM_DISPLAY_MAX, 0, 1);
  return OFX_OK;
}

/* ---- an instance at a time ---------------------------------------------------------------- */

typedef struct {
  double shift[2], scale; /* canonical coordinates */
} Move;

typedef struct {
  Move red, blue;
  double centre[2], mix;
  int invert;
} Values;

static OfxParamHandle param(OfxParamSetHandle set, const char *name) {
  OfxParamHandle found = NULL;
  params->getHandle(set, name, &found, NULL);
  return found;
}

static Values values_at(OfxImageEffectHandle effect, OfxTime time) {
  OfxParamSetHandle set;
  Values v = {{{0, 0}, 1}, {{0, 0}, 1}, {0, 0}, 1, 0};
  effects->getParamSet(effect, &set);
  params->getValueAtTime(param(set, "redShift"), time, &v.red.shift[0], &v.red.shift[1]);
  params->getValueAtTime(param(set, "redScale"), time, &v.red.scale);
  params->getValueAtTime(param(set, "blueShift"), time, &v.blue.shift[0], &v.blue.shift[1]);
  params->getValueAtTime(param(set, "blueScale"), time, &v.blue.scale);
  params->getValueAtTime(param(set, "center"), time, &v.centre[0], &v.centre[1]);
  params->getValueAtTime(param(set, "maskInvert"), time, &v.invert);
  params->getValueAtTime(param(set, "mix"), time, &v.mix);
  v.red.scale = fmin(fmax(v.red.scale, SMALLEST), LARGEST); /* not every host keeps the limits */
  v.blue.scale = fmin(fmax(v.blue.scale, SMALLEST), LARGEST);
  return v;
}

static int moves(Move m) { return m.shift[0] != 0 || m.shift[1] != 0 || m.scale != 1; }

static double time_of(OfxPropertySetHandle in) {
  double time = 0;
  props->getDouble(in, PROP_TIME, 0, &time);
  return time;
}

/* The size of a pixel of Source in canonical coordinates, at a render scale. */
static void pixel_size(OfxImageEffectHandle effect, OfxPropertySetHandle in, double size[2]) {
  OfxImageClipHandle source;
  OfxPropertySetHandle about;
  double scale[2] = {1, 1}, aspect = 1;
  props->getDoubleN(in, PROP_RENDER_SCALE, 2, scale);
  if (effects->clipGetHandle(effect, "Source", &source, &about) == OFX_OK)
    props->getDouble(about, PROP_PIXEL_ASPECT, 0, &aspect);
  size[0] = (aspect > 0 ? aspect : 1) / (scale[0] > 0 ? scale[0] : 1);
  size[1] = 1 / (scale[1] > 0 ? scale[1] : 1);
}

static OfxRectD join(OfxRectD a, OfxRectD b) {
  return (OfxRectD){fmin(a.x1, b.x1), fmin(a.y1, b.y1), fmax(a.x2, b.x2), fmax(a.y2, b.y2)};
}

/* Where the colour of a rectangle goes; where that of one comes from (`back`). A pixel more on each
   side, into which interpolation reaches; none where the move is by whole pixels. */
static OfxRectD moved(OfxRectD r, Move m, const double centre[2], const double pixel[2], int back) {
  double corner[4] = {r.x1, r.y1, r.x2, r.y2};
  for (int i = 0; i < 4; i++) {
    double c = centre[i % 2], t = m.shift[i % 2];
    double steps = t / pixel[i % 2];
    int whole = m.scale == 1 && steps == floor(steps);
    corner[i] = m.scale == 1 ? corner[i] + (back ? -t : t)
                : back       ? (corner[i] - t - c) / m.scale + c
                             : (corner[i] - c) * m.scale + c + t;
    if (!whole) corner[i] += i < 2 ? -pixel[i % 2] : pixel[i % 2];
  }
  return (OfxRectD){corner[0], corner[1], corner[2], corner[3]};
}

static OfxStatus region_of_definition(OfxImageEffectHandle effect, OfxPropertySetHandle in,
                                      OfxPropertySetHandle out) {
  OfxImageClipHandle source;
  OfxRectD r;
  double time = time_of(in), pixel[2];
  int sizes_vary = 1;
  Values v = values_at(effect, time);
  props->getInt(host->host, PROP_MULTI_RESOLUTION, 0, &sizes_vary);
  if (!sizes_vary || effects->clipGetHandle(effect, "Source", &source, NULL) != OFX_OK ||
      effects->clipGetRegionOfDefinition(source, time, &r) != OFX_OK || r.x1 >= r.x2 ||
      r.y1 >= r.y2)
    return OFX_DEFAULT;
  pixel_size(effect, in, pixel);
  OfxRectD all = r;
  if (v.mix != 0 && moves(v.red)) all = join(all, moved(r, v.red, v.centre, pixel, 0));
  if (v.mix != 0 && moves(v.blue)) all = join(all, moved(r, v.blue, v.centre, pixel, 0));
  props->setDoubleN(out, PROP_REGION_OF_DEFINITION, 4, &all.x1);
  return OFX_OK;
}

static OfxStatus regions_of_interest(OfxImageEffectHandle effect, OfxPropertySetHandle in,
                                     OfxPropertySetHandle out) {
  OfxRectD r = {0, 0, 0, 0};
  double pixel[2];
  Values v = values_at(effect, time_of(in));
  props->getDoubleN(in, PROP_REGION_OF_INTEREST, 4, &r.x1);
  pixel_size(effect, in, pixel);
  OfxRectD all = join(r, moved(r, v.red, v.centre, pixel, 1));
  all = join(all, moved(r, v.blue, v.centre, pixel, 1));
  props->setDoubleN(out, "OfxImageClipPropRoI_Source", 4, &all.x1);
  return OFX_OK; /* of the mask the window itself: the host's default */
}

static OfxStatus is_identity(OfxImageEffectHandle effect, OfxPropertySetHandle in,
                             OfxPropertySetHandle out) {
  double time = time_of(in);
  Values v = values_at(effect, time);
  if (v.mix != 0 && (moves(v.red) || moves(v.blue))) return OFX_DEFAULT;
  props->setString(out, PROP_NAME, 0, "Source");
  props->setDouble(out, PROP_TIME, 0, time);
  return OFX_OK;
}

/* ---- render ------------------------------------------------------------------------------- */

typedef struct {
  OfxImageEffectHandle effect;
  OfxRectI window;
  Picture source, mask, out;
  Values v;
  double pixel[2];
  Tap *columns[2]; /* of red and blue; null where it does not move */
  int has_mask, failed;
} Job;

/* An image of a clip; its handle, or null where there is none. */
static OfxPropertySetHandle fetch(OfxImageEffectHandle effect, const char *name, OfxTime time,
                                  Picture *picture) {
  OfxImageClipHandle clip;
  OfxPropertySetHandle about, image = NULL;
  const char *depth = "", *components = "";
  int row_bytes = 0, connected = 1;
  void *data = NULL;
  memset(picture, 0, sizeof *picture);
  if (effects->clipGetHandle(effect, name, &clip, &about) != OFX_OK) return NULL;
  props->getInt(about, PROP_CONNECTED, 0, &connected);
  if (!connected && strcmp(name, "Output")) return NULL;
  if (effects->clipGetImage(clip, time, NULL, &image) != OFX_OK) return NULL;
  props->getPointer(image, PROP_DATA, 0, &data);
  props->getIntN(image, PROP_BOUNDS, 4, &picture->bounds.x1);
  props->getInt(image, PROP_ROW_BYTES, 0, &row_bytes);
  props->getString(image, PROP_PIXEL_DEPTH, 0, &depth);
  props->getString(image, PROP_COMPONENTS, 0, &components);
  picture->data = data;
  picture->row_bytes = row_bytes;
  picture->components = !strcmp(components, COMPONENTS_RGBA)    ? 4
                        : !strcmp(components, COMPONENTS_RGB)   ? 3
                        : !strcmp(components, COMPONENTS_ALPHA) ? 1
                                                                : 0;
  picture->depth = !strcmp(depth, DEPTH_BYTE)    ? DEPTH_IS_BYTE
                   : !strcmp(depth, DEPTH_SHORT) ? DEPTH_IS_SHORT
                   : !strcmp(depth, DEPTH_FLOAT) ? DEPTH_IS_FLOAT
                                                 : 0;
  if (!picture->components || !picture->depth) picture->data = NULL;
  return image;
}

/* How much of the effect shows in each pixel of a row. */
static void weigh(const Job *job, int y, float *weights) {
  const Picture *mask = &job->mask;
  const char *row = row_of(mask, y);
  float mix = (float)job->v.mix;
  for (int x = job->window.x1; x < job->window.x2; x++) {
    float k = 0;
    if (row && x >= mask->bounds.x1 && x < mask->bounds.x2) {
      ptrdiff_t i = (ptrdiff_t)(x - mask->bounds.x1 + 1) * mask->components - 1; /* the last */
      k = mask->depth == DEPTH_IS_FLOAT   ? ((const float *)row)[i]
          : mask->depth == DEPTH_IS_SHORT ? (float)((const uint16_t *)row)[i] / 65535.0f
                                          : (float)((const uint8_t *)row)[i] / 255.0f;
    }
    if (job->v.invert) k = 1.0f - k;
    weights[x - job->window.x1] = job->has_mask ? k * mix : mix;
  }
}

#define ROW(NAME, TYPE)                                                                      \
  static void NAME##_row(const Job *job, int y, const float *weights) {                      \
    OfxRectI w = job->window;                                                                \
    const Move *move[2] = {&job->v.red, &job->v.blue};                                       \
    TYPE *out = (TYPE *)row_of(&job->out, y);                                                \
    out += (ptrdiff_t)(w.x1 - job->out.bounds.x1) * job->out.components;                     \
    NAME##_copy(&job->source, y, w.x1, w.x2, out);                                           \
    for (int i = 0; i < 2; i++) {                                                            \
      if (!job->columns[i]) continue;                                                        \
      Tap line = tap_of(y, move[i]->shift[1] / job->pixel[1], move[i]->scale,                \
                        job->v.centre[1] / job->pixel[1]);                                   \
      NAME##_move(&job->source, i ? 2 : 0, job->columns[i], line, w.x2 - w.x1, out);         \
    }                                                                                        \
    if (weights) NAME##_mix(&job->source, y, w.x1, w.x2, weights, out);                      \
  }
ROW(bytes, uint8_t)
ROW(shorts, uint16_t)
ROW(floats, float)

static void rows(unsigned int index, unsigned int count, void *argument) {
  Job *job = argument;
  long long height = job->window.y2 - job->window.y1;
  int y = job->window.y1 + (int)(height * index / count);
  int end = job->window.y1 + (int)(height * (index + 1) / count);
  int mixes = job->has_mask || job->v.mix != 1;
  float *weights = mixes ? malloc((size_t)(job->window.x2 - job->window.x1) * sizeof(float)) : NULL;
  if (mixes && !weights) {
    job->failed = 1;
    return;
  }
  for (; y < end && !effects->abort(job->effect); y++) {
    if (weights) weigh(job, y, weights);
    if (job->out.depth == DEPTH_IS_BYTE) bytes_row(job, y, weights);
    else if (job->out.depth == DEPTH_IS_SHORT) shorts_row(job, y, weights);
    else floats_row(job, y, weights);
  }
  free(weights);
}

static OfxStatus work(Job *job) {
  int width = job->window.x2 - job->window.x1, height = job->window.y2 - job->window.y1;
  const Move *move[2] = {&job->v.red, &job->v.blue};
  if (width <= 0 || height <= 0) return OFX_OK;
  for (int i = 0; i < 2; i++) {
    if (!moves(*move[i])) continue;
    job->columns[i] = malloc((size_t)width * sizeof(Tap));
    if (!job->columns[i]) return OFX_MEMORY;
    for (int x = 0; x < width; x++)
      job->columns[i][x] = tap_of(job->window.x1 + x, move[i]->shift[0] / job->pixel[0],
                                  move[i]->scale, job->v.centre[0] / job->pixel[0]);
  }
  unsigned int count = 1;
  if (threads && !threads->isSpawnedThread()) threads->numCPUs(&count);
  if (count > (unsigned int)height) count = (unsigned int)height;
  if (count < 2 || threads->multiThread(rows, count, job) != OFX_OK) rows(0, 1, job);
  return job->failed ? OFX_MEMORY : OFX_OK;
}

static OfxStatus render(OfxImageEffectHandle effect, OfxPropertySetHandle in) {
  Job job;
  double time = time_of(in);
  OfxStatus status = OFX_OK;
  memset(&job, 0, sizeof job);
  job.effect = effect;
  job.v = values_at(effect, time);
  props->getIntN(in, PROP_RENDER_WINDOW, 4, &job.window.x1);
  pixel_size(effect, in, job.pixel);
  OfxPropertySetHandle out = fetch(effect, "Output", time, &job.out);
  OfxPropertySetHandle source = fetch(effect, "Source", time, &job.source);
  OfxPropertySetHandle mask = fetch(effect, "Mask", time, &job.mask);
  job.has_mask = mask != NULL;
  OfxRectI w = job.window, b = job.out.bounds;
  if (!job.out.data || w.x1 < b.x1 || w.y1 < b.y1 || w.x2 > b.x2 || w.y2 > b.y2) {
    status = OFX_FAILED;
  } else {
    if (!job.source.data) job.source.components = job.out.components; /* black */
    if (job.source.components != job.out.components || job.out.components < 3 ||
        (job.source.data && job.source.depth != job.out.depth))
      status = OFX_IMAGE_FORMAT;
    else
      status = work(&job);
  }
  free(job.columns[0]);
  free(job.columns[1]);
  if (mask) effects->clipReleaseImage(mask);
  if (source) effects->clipReleaseImage(source);
  if (out) effects->clipReleaseImage(out);
  return status;
}

/* ---- what the host calls ------------------------------------------------------------------ */

static void set_host(OfxHost *given) { host = given; }

static OfxStatus entry(const char *action, const void *handle, OfxPropertySetHandle in,
                       OfxPropertySetHandle out) {
  OfxImageEffectHandle effect = (OfxImageEffectHandle)handle;
  if (!strcmp(action, ACTION_LOAD)) return load();
  if (!strcmp(action, ACTION_DESCRIBE)) return describe(effect);
  if (!strcmp(action, ACTION_DESCRIBE_IN_CONTEXT)) return describe_in_context(effect, in);
  if (!strcmp(action, ACTION_REGION_OF_DEFINITION)) return region_of_definition(effect, in, out);
  if (!strcmp(action, ACTION_REGIONS_OF_INTEREST)) return regions_of_interest(effect, in, out);
  if (!strcmp(action, ACTION_IS_IDENTITY)) return is_identity(effect, in, out);
  if (!strcmp(action, ACTION_RENDER)) return render(effect, in);
  return OFX_DEFAULT;
}

static OfxPlugin plugin = {
    OFX_IMAGE_EFFECT_API, 1, "memecomp.ChromaticAberration", 1, 0, set_host, entry};

int OfxGetNumberOfPlugins(void) { return 1; }
OfxPlugin *OfxGetPlugin(int index) { return index == 0 ? &plugin : NULL; }
