/* Plug-ins whose pictures tests compute again in numpy, bit for bit.

   Mix        two inputs, an optional mask: B + (A − B)·(mix·mask)
   Ramp       a generator: red x, green y, blue the time, alpha 1, times `gain`
   Average    temporal: the mean of the frames before, at and after the time
   Threads    rows shared out by the multi-thread suite, counted under a mutex
   Curve      each channel through its curve of a parametric parameter */

#include "plug.h"

/* ---- Mix ---------------------------------------------------------------------------------- */

static OfxStatus mix_describe(OfxImageEffectHandle e, OfxPropertySetHandle in,
                              OfxPropertySetHandle out) {
  (void)in, (void)out;
  describe(e, "Mix", CONTEXT_GENERAL);
  return OFX_OK;
}

static OfxStatus mix_context(OfxImageEffectHandle e, OfxPropertySetHandle in,
                             OfxPropertySetHandle out) {
  (void)in, (void)out;
  clip(e, "B", COMPONENTS_RGBA);
  clip(e, "A", COMPONENTS_RGBA);
  OfxPropertySetHandle mask = clip(e, "Mask", COMPONENTS_ALPHA);
  props->setInt(mask, PROP_OPTIONAL, 0, 1);
  props->setInt(mask, PROP_IS_MASK, 0, 1);
  clip(e, "Output", COMPONENTS_RGBA);
  number_param(e, "mix", 1.0);
  OfxPropertySetHandle p = param_props(e, "mix");
  props->setDouble(p, PROP_PARAM_MIN, 0, 0.0);
  props->setDouble(p, PROP_PARAM_MAX, 0, 1.0);
  props->setString(p, PROP_PARAM_HINT, 0, "How much of A there is.");
  return OFX_OK;
}

static OfxStatus mix_identity(OfxImageEffectHandle e, OfxPropertySetHandle in,
                              OfxPropertySetHandle out) {
  if (number_at(e, "mix", time_of(in)) != 0) return OFX_DEFAULT;
  props->setString(out, PROP_NAME, 0, "B");
  props->setDouble(out, PROP_TIME, 0, time_of(in));
  return OFX_OK;
}

static OfxStatus mix_render(OfxImageEffectHandle e, OfxPropertySetHandle in,
                            OfxPropertySetHandle unused) {
  (void)unused;
  double time = time_of(in);
  OfxRectI window = window_of(in);
  float amount = (float)number_at(e, "mix", time);
  Image a, b, mask, out;
  OfxImageClipHandle clip_of_mask;
  OfxPropertySetHandle about;
  int connected = 0;
  effects->clipGetHandle(e, "Mask", &clip_of_mask, &about);
  props->getInt(about, PROP_CONNECTED, 0, &connected);
  image_of(e, "A", time, &a);
  image_of(e, "B", time, &b);
  memset(&mask, 0, sizeof mask);
  if (connected) image_of(e, "Mask", time, &mask);
  OfxStatus status = image_of(e, "Output", time, &out);
  if (status == OFX_OK)
    EACH_PIXEL(window, x, y) {
      float *pixel = at(&out, x, y);
      float k = connected ? amount * sample(&mask, x, y, 0) : amount;
      for (int c = 0; c < 4; c++) {
        float below = sample(&b, x, y, c);
        pixel[c] = below + (sample(&a, x, y, c) - below) * k;
      }
    }
  release(&a), release(&b), release(&mask), release(&out);
  return status;
}

static const Does mix_does[] = {{ACTION_DESCRIBE, mix_describe},
                                {ACTION_DESCRIBE_IN_CONTEXT, mix_context},
                                {ACTION_IS_IDENTITY, mix_identity},
                                {ACTION_RENDER, mix_render},
                                {NULL, NULL}};
PLUG(Mix, mix_does)

/* ---- Ramp --------------------------------------------------------------------------------- */

static OfxStatus ramp_describe(OfxImageEffectHandle e, OfxPropertySetHandle in,
                               OfxPropertySetHandle out) {
  (void)in, (void)out;
  describe(e, "Ramp", CONTEXT_GENERATOR);
  return OFX_OK;
}

static OfxStatus ramp_context(OfxImageEffectHandle e, OfxPropertySetHandle in,
                              OfxPropertySetHandle out) {
  (void)in, (void)out;
  clip(e, "Output", COMPONENTS_RGBA);
  number_param(e, "gain", 1.0);
  OfxPropertySetHandle p = param(e, PARAM_INTEGER_2D, "size");
  props->setIntN(p, PROP_PARAM_DEFAULT, 2, (int[]){16, 12});
  return OFX_OK;
}

static OfxStatus ramp_region(OfxImageEffectHandle e, OfxPropertySetHandle in,
                             OfxPropertySetHandle out) {
  int width = 0, height = 0;
  params->getValueAtTime(handle_of(e, "size"), time_of(in), &width, &height);
  props->setDoubleN(out, PROP_REGION_OF_DEFINITION, 4, (double[]){0, 0, width, height});
  return OFX_OK;
}

static OfxStatus ramp_frames(OfxImageEffectHandle e, OfxPropertySetHandle in,
                             OfxPropertySetHandle out) {
  (void)e, (void)in;
  props->setDoubleN(out, PROP_FRAME_RANGE, 2, (double[]){3, 17});
  return OFX_OK;
}

static OfxStatus ramp_preferences(OfxImageEffectHandle e, OfxPropertySetHandle in,
                                  OfxPropertySetHandle out) {
  (void)e, (void)in;
  props->setInt(out, PROP_VARIES, 0, 1);
  return OFX_OK;
}

static OfxStatus ramp_render(OfxImageEffectHandle e, OfxPropertySetHandle in,
                             OfxPropertySetHandle unused) {
  (void)unused;
  OfxRectI window = window_of(in);
  float time = (float)time_of(in), gain = (float)number_at(e, "gain", time_of(in));
  Image out;
  if (image_of(e, "Output", time_of(in), &out) != OFX_OK) return OFX_FAILED;
  EACH_PIXEL(window, x, y) {
    float *pixel = at(&out, x, y);
    pixel[0] = (float)x * gain, pixel[1] = (float)y * gain, pixel[2] = time * gain, pixel[3] = 1;
  }
  release(&out);
  return OFX_OK;
}

static const Does ramp_does[] = {{ACTION_DESCRIBE, ramp_describe},
                                 {ACTION_DESCRIBE_IN_CONTEXT, ramp_context},
                                 {ACTION_REGION_OF_DEFINITION, ramp_region},
                                 {ACTION_TIME_DOMAIN, ramp_frames},
                                 {ACTION_CLIP_PREFERENCES, ramp_preferences},
                                 {ACTION_RENDER, ramp_render},
                                 {NULL, NULL}};
PLUG(Ramp, ramp_does)

/* ---- Average ------------------------------------------------------------------------------ */

static OfxStatus average_describe(OfxImageEffectHandle e, OfxPropertySetHandle in,
                                  OfxPropertySetHandle out) {
  (void)in, (void)out;
  describe(e, "Average", CONTEXT_FILTER);
  props->setInt(own(e), PROP_TEMPORAL, 0, 1);
  return OFX_OK;
}

static OfxStatus average_context(OfxImageEffectHandle e, OfxPropertySetHandle in,
                                 OfxPropertySetHandle out) {
  (void)in, (void)out;
  props->setInt(clip(e, "Source", COMPONENTS_RGBA), PROP_TEMPORAL, 0, 1);
  clip(e, "Output", COMPONENTS_RGBA);
  return OFX_OK;
}

static OfxStatus average_needs(OfxImageEffectHandle e, OfxPropertySetHandle in,
                               OfxPropertySetHandle out) {
  (void)e;
  double time = time_of(in);
  props->setDoubleN(out, "OfxImageClipPropFrameRange_Source", 2, (double[]){time - 1, time + 1});
  return OFX_OK;
}

static OfxStatus average_render(OfxImageEffectHandle e, OfxPropertySetHandle in,
                                OfxPropertySetHandle unused) {
  (void)unused;
  double time = time_of(in);
  OfxRectI window = window_of(in);
  Image before, now, after, out;
  image_of(e, "Source", time - 1, &before);
  image_of(e, "Source", time, &now);
  image_of(e, "Source", time + 1, &after);
  OfxStatus status = image_of(e, "Output", time, &out);
  if (status == OFX_OK)
    EACH_PIXEL(window, x, y) {
      float *pixel = at(&out, x, y);
      for (int c = 0; c < 4; c++)
        pixel[c] = (sample(&before, x, y, c) + sample(&now, x, y, c) + sample(&after, x, y, c)) /
                   3.0f;
    }
  release(&before), release(&now), release(&after), release(&out);
  return status;
}

static const Does average_does[] = {{ACTION_DESCRIBE, average_describe},
                                    {ACTION_DESCRIBE_IN_CONTEXT, average_context},
                                    {ACTION_FRAMES_NEEDED, average_needs},
                                    {ACTION_RENDER, average_render},
                                    {NULL, NULL}};
PLUG(Average, average_does)

/* ---- Threads ------------------------------------------------------------------------------ */

typedef struct {
  OfxRectI window;
  Image source, out;
  OfxMutexHandle mutex;
  int rows, work, odd;
} Job;

static void threads_rows(unsigned int index, unsigned int count, void *argument) {
  Job *job = argument;
  unsigned int told = 0;
  threads->index(&told);
  for (int y = job->window.y1 + (int)index; y < job->window.y2; y += (int)count) {
    for (int x = job->window.x1; x < job->window.x2; x++) {
      float *pixel = at(&job->out, x, y);
      for (int c = 0; c < 4; c++) {
        float value = sample(&job->source, x, y, c);
        for (int i = 0; i < job->work; i++) value = value * 0.5f + 0.25f;
        pixel[c] = value;
      }
    }
    threads->mutexLock(job->mutex);
    job->rows++;
    job->odd += told != index || (count > 1 && !threads->isSpawnedThread());
    threads->mutexUnLock(job->mutex);
  }
}

static OfxStatus threads_describe(OfxImageEffectHandle e, OfxPropertySetHandle in,
                                  OfxPropertySetHandle out) {
  (void)in, (void)out;
  describe(e, "Threads", CONTEXT_FILTER);
  return OFX_OK;
}

static OfxStatus threads_context(OfxImageEffectHandle e, OfxPropertySetHandle in,
                                 OfxPropertySetHandle out) {
  one_input(e, in, out);
  OfxPropertySetHandle p = param(e, PARAM_INTEGER, "work");
  props->setInt(p, PROP_PARAM_DEFAULT, 0, 1);
  param(e, PARAM_INTEGER, "threads"); /* 0: as many as the host has */
  return OFX_OK;
}

static OfxStatus threads_render(OfxImageEffectHandle e, OfxPropertySetHandle in,
                                OfxPropertySetHandle unused) {
  (void)unused;
  Job job;
  memset(&job, 0, sizeof job);
  unsigned int count = 0;
  int wanted = 0;
  job.window = window_of(in);
  params->getValue(handle_of(e, "work"), &job.work);
  params->getValue(handle_of(e, "threads"), &wanted);
  threads->numCPUs(&count);
  if (wanted) count = (unsigned int)wanted;
  if (threads->isSpawnedThread()) return OFX_FAILED;
  if (threads->mutexCreate(&job.mutex, 0) != OFX_OK) return OFX_FAILED;
  image_of(e, "Source", time_of(in), &job.source);
  OfxStatus status = image_of(e, "Output", time_of(in), &job.out);
  if (status == OFX_OK) status = threads->multiThread(threads_rows, count, &job);
  /* A held lock is refused to others that try, and free again afterwards. */
  if (threads->mutexTryLock(job.mutex) != OFX_OK) status = OFX_FAILED;
  threads->mutexUnLock(job.mutex);
  threads->mutexDestroy(job.mutex);
  release(&job.source), release(&job.out);
  int rows = job.window.y2 - job.window.y1;
  if (status == OFX_OK && (job.rows != rows || job.odd)) {
    messages->message(e, MESSAGE_ERROR, "rows", "%d of %d rows, %d told a wrong thread", job.rows,
                      rows, job.odd);
    return OFX_FAILED;
  }
  return status;
}

static const Does threads_does[] = {{ACTION_DESCRIBE, threads_describe},
                                    {ACTION_DESCRIBE_IN_CONTEXT, threads_context},
                                    {ACTION_RENDER, threads_render},
                                    {NULL, NULL}};
PLUG(Threads, threads_does)

/* ---- Curve -------------------------------------------------------------------------------- */

static OfxStatus curve_describe(OfxImageEffectHandle e, OfxPropertySetHandle in,
                                OfxPropertySetHandle out) {
  (void)in, (void)out;
  describe(e, "Curve", CONTEXT_FILTER);
  return curves ? OFX_OK : OFX_MISSING_HOST_FEATURE;
}

static OfxStatus curve_context(OfxImageEffectHandle e, OfxPropertySetHandle in,
                               OfxPropertySetHandle out) {
  one_input(e, in, out);
  OfxPropertySetHandle p = param(e, PARAM_PARAMETRIC, "lookup");
  props->setInt(p, PROP_PARAM_CURVES, 0, 4);
  props->setDoubleN(p, PROP_PARAM_CURVE_RANGE, 2, (double[]){0, 1});
  /* A descriptor's curves are given points by its handle: those of the first are upside down. */
  OfxParamHandle lookup = handle_of(e, "lookup");
  for (int i = 0; i < 4; i++) {
    curves->addControlPoint(lookup, i, 0, 0.0, i == 0, 0);
    curves->addControlPoint(lookup, i, 0, 1.0, i != 0, 0);
  }
  return OFX_OK;
}

static OfxStatus curve_render(OfxImageEffectHandle e, OfxPropertySetHandle in,
                              OfxPropertySetHandle unused) {
  (void)unused;
  double time = time_of(in);
  OfxRectI window = window_of(in);
  OfxParamHandle lookup = handle_of(e, "lookup");
  Image source, out;
  image_of(e, "Source", time, &source);
  OfxStatus status = image_of(e, "Output", time, &out);
  for (int y = window.y1; y < window.y2 && status == OFX_OK; y++)
    for (int x = window.x1; x < window.x2; x++)
      for (int c = 0; c < 4; c++) {
        double value = 0;
        status |= curves->getValue(lookup, c, time, sample(&source, x, y, c), &value);
        ((float *)at(&out, x, y))[c] = (float)value;
      }
  int count = 0;
  double key, value;
  curves->getNControlPoints(lookup, 0, time, &count);
  if (count < 2 || curves->getNthControlPoint(lookup, 0, time, count, &key, &value) == OFX_OK ||
      curves->getValue(lookup, 4, time, 0, &value) == OFX_OK)
    status = OFX_FAILED; /* there is no such point, nor a fifth curve */
  release(&source), release(&out);
  return status;
}

static const Does curve_does[] = {{ACTION_DESCRIBE, curve_describe},
                                  {ACTION_DESCRIBE_IN_CONTEXT, curve_context},
                                  {ACTION_RENDER, curve_render},
                                  {NULL, NULL}};
PLUG(Curve, curve_does)

PLUGS(&Mix, &Ramp, &Average, &Threads, &Curve)
