/* Parameters: one parameter of every type; the picture is made of the values read, so that what
   the host hands over can be compared to the last bit.

   Row 0   every value in the order below, one a pixel, in red
   Row 1   of `speed`: number of keys, first key's time, index of the key after it, derivative,
           integral from 0 to 10, value
   Row 2   the letters of `text`
   Row 3   how often a change was told, how often between begin and end, the last change's time

   Choosing `mode` 1 hides `hidden`, 2 greys `real`, 3 gives `menu` a new option. The button `bake`
   sets three keys of `speed` and deletes one, and sets `text`. */

#include "plug.h"

#define UNUSED (void)e, (void)in, (void)out
#define ACT(name) \
  static OfxStatus name(OfxImageEffectHandle e, OfxPropertySetHandle in, OfxPropertySetHandle out)

typedef struct {
  int changes, inside, open;
  double time;
} Told;

static Told *told(OfxImageEffectHandle e) {
  void *data = NULL;
  props->getPointer(own(e), PROP_INSTANCE_DATA, 0, &data);
  return data;
}

ACT(describe_it) {
  UNUSED;
  describe(e, "Parameters", CONTEXT_GENERATOR);
  props->setString(own(e), PROP_DESCRIPTION, 0, "Every type of parameter.");
  return OFX_OK;
}

static OfxPropertySetHandle within(OfxPropertySetHandle p, const char *group, const char *label) {
  props->setString(p, PROP_PARAM_PARENT, 0, group);
  props->setString(p, PROP_LABEL, 0, label);
  return p;
}

static void options(OfxPropertySetHandle p, int count, const char *const *labels) {
  for (int i = 0; i < count; i++) props->setString(p, PROP_PARAM_OPTION, i, labels[i]);
}

ACT(context) {
  UNUSED;
  OfxPropertySetHandle p;
  clip(e, "Output", COMPONENTS_RGBA);
  p = param(e, PARAM_PAGE, "page");
  const char *children[] = {"numbers", "OfxParamPageSkipRow", "texts"};
  props->setStringN(p, PROP_PARAM_PAGE_CHILD, 3, children);
  param(e, PARAM_GROUP, "numbers");
  within(param(e, PARAM_GROUP, "colours"), "numbers", "Colours");
  param(e, PARAM_GROUP, "texts");

  p = within(param(e, PARAM_INTEGER, "whole"), "numbers", "Whole");
  props->setInt(p, PROP_PARAM_DEFAULT, 0, 7);
  props->setInt(p, PROP_PARAM_MIN, 0, -10);
  props->setInt(p, PROP_PARAM_MAX, 0, 10);
  p = within(param(e, PARAM_INTEGER_2D, "whole2"), "numbers", "Whole 2");
  props->setIntN(p, PROP_PARAM_DEFAULT, 2, (int[]){1, -2});
  p = within(param(e, PARAM_INTEGER_3D, "whole3"), "numbers", "Whole 3");
  props->setIntN(p, PROP_PARAM_DEFAULT, 3, (int[]){3, -4, 5});
  p = within(param(e, PARAM_DOUBLE, "real"), "numbers", "Real");
  props->setDouble(p, PROP_PARAM_DEFAULT, 0, 0.1);
  p = within(param(e, PARAM_DOUBLE_2D, "real2"), "numbers", "Real 2");
  props->setDoubleN(p, PROP_PARAM_DEFAULT, 2, (double[]){0.25, -0.5});
  p = within(param(e, PARAM_DOUBLE_3D, "real3"), "numbers", "Real 3");
  props->setDoubleN(p, PROP_PARAM_DEFAULT, 3, (double[]){1e-3, 1e3, -1e9});
  p = within(param(e, PARAM_DOUBLE_2D, "place"), "numbers", "Place");
  props->setString(p, PROP_PARAM_DOUBLE_TYPE, 0, "OfxParamDoubleTypeXYAbsolute");
  props->setString(p, PROP_PARAM_COORDINATES, 0, "OfxParamCoordinatesNormalised");
  props->setDoubleN(p, PROP_PARAM_DEFAULT, 2, (double[]){0.5, 0.25});
  p = within(param(e, PARAM_RGB, "rgb"), "colours", "RGB");
  props->setDoubleN(p, PROP_PARAM_DEFAULT, 3, (double[]){0.1, 0.2, 0.3});
  p = within(param(e, PARAM_RGBA, "rgba"), "colours", "RGBA");
  props->setDoubleN(p, PROP_PARAM_DEFAULT, 4, (double[]){0.4, 0.5, 0.6, 0.7});
  p = within(param(e, PARAM_BOOLEAN, "yes"), "", "Yes");
  props->setInt(p, PROP_PARAM_DEFAULT, 0, 1);
  p = within(param(e, PARAM_CHOICE, "mode"), "", "Mode");
  options(p, 4, (const char *[]){"Plain", "Hide", "Grey", "More"});
  const char *ids[] = {"plain", "hide", "grey", "more"};
  props->setStringN(p, PROP_PARAM_OPTION_ID, 4, ids);
  p = within(param(e, PARAM_CHOICE, "menu"), "", "Menu");
  options(p, 2, (const char *[]){"Soup", "Fish"});
  props->setInt(p, PROP_PARAM_DEFAULT, 0, 1);
  p = within(param(e, PARAM_STR_CHOICE, "word"), "", "Word");
  options(p, 2, (const char *[]){"First", "Second"});
  const char *words[] = {"first", "second"};
  props->setStringN(p, PROP_PARAM_OPTION_ID, 2, words);
  props->setString(p, PROP_PARAM_DEFAULT, 0, "second");
  p = within(param(e, PARAM_STRING, "text"), "texts", "Text");
  props->setString(p, PROP_PARAM_DEFAULT, 0, "A b");
  p = within(param(e, PARAM_STRING, "path"), "texts", "Path");
  props->setString(p, PROP_PARAM_STRING_MODE, 0, "OfxParamStringIsFilePath");
  p = within(param(e, PARAM_CUSTOM, "own"), "texts", "Own");
  props->setString(p, PROP_PARAM_DEFAULT, 0, "<state/>");
  p = within(param(e, PARAM_DOUBLE, "hidden"), "numbers", "Hidden");
  props->setDouble(p, PROP_PARAM_DEFAULT, 0, 4.0);
  p = within(param(e, PARAM_DOUBLE, "speed"), "numbers", "Speed");
  props->setInt(p, PROP_PARAM_ANIMATES, 0, 1);
  within(param(e, PARAM_PUSH_BUTTON, "bake"), "texts", "Bake");
  return OFX_OK;
}

ACT(create) {
  UNUSED;
  props->setPointer(own(e), PROP_INSTANCE_DATA, 0, calloc(1, sizeof(Told)));
  return OFX_OK;
}

ACT(destroy) {
  UNUSED;
  free(told(e));
  return OFX_OK;
}

ACT(begin_changed) {
  UNUSED;
  told(e)->open++;
  return OFX_OK;
}

ACT(end_changed) {
  UNUSED;
  told(e)->open--;
  return OFX_OK;
}

static void bake(OfxImageEffectHandle e) {
  OfxParamHandle speed = handle_of(e, "speed");
  OfxParamSetHandle set;
  effects->getParamSet(e, &set);
  params->editBegin(set, "Bake");
  params->deleteAllKeys(speed);
  for (int i = 0; i < 4; i++) params->setValueAtTime(speed, (OfxTime)(i * 5), (double)(i * i));
  params->deleteKey(speed, 15.0);
  params->setValue(handle_of(e, "text"), "baked");
  params->editEnd(set);
}

ACT(changed) {
  (void)out;
  const char *name = "", *reason = "";
  Told *t = told(e);
  props->getString(in, PROP_NAME, 0, &name);
  props->getString(in, PROP_CHANGE_REASON, 0, &reason);
  if (strcmp(reason, CHANGE_USER_EDITED)) return OFX_OK; /* our own doing */
  t->changes++;
  t->inside += t->open > 0;
  t->time = time_of(in);
  if (!strcmp(name, "mode")) {
    int mode = 0;
    params->getValue(handle_of(e, "mode"), &mode);
    props->setInt(param_props(e, "hidden"), PROP_PARAM_SECRET, 0, mode == 1);
    props->setInt(param_props(e, "real"), PROP_PARAM_ENABLED, 0, mode != 2);
    if (mode == 3) props->setString(param_props(e, "menu"), PROP_PARAM_OPTION, 2, "Cake");
  }
  if (!strcmp(name, "bake")) bake(e);
  return OFX_OK;
}

ACT(region) {
  (void)e, (void)in;
  props->setDoubleN(out, PROP_REGION_OF_DEFINITION, 4, (double[]){0, 0, 40, 4});
  return OFX_OK;
}

static int read_ints(OfxImageEffectHandle e, const char *name, double time, int count, float *to) {
  int v[3] = {0, 0, 0};
  OfxParamHandle p = handle_of(e, name);
  if (count == 1) params->getValueAtTime(p, time, &v[0]);
  if (count == 2) params->getValueAtTime(p, time, &v[0], &v[1]);
  if (count == 3) params->getValueAtTime(p, time, &v[0], &v[1], &v[2]);
  for (int i = 0; i < count; i++) to[i] = (float)v[i];
  return count;
}

static int read_doubles(OfxImageEffectHandle e, const char *name, double time, int count,
                        float *to) {
  double v[4] = {0, 0, 0, 0};
  OfxParamHandle p = handle_of(e, name);
  if (count == 1) params->getValueAtTime(p, time, &v[0]);
  if (count == 2) params->getValueAtTime(p, time, &v[0], &v[1]);
  if (count == 3) params->getValueAtTime(p, time, &v[0], &v[1], &v[2]);
  if (count == 4) params->getValueAtTime(p, time, &v[0], &v[1], &v[2], &v[3]);
  for (int i = 0; i < count; i++) to[i] = (float)v[i];
  return count;
}

static const char *text_of(OfxImageEffectHandle e, const char *name, double time) {
  const char *text = NULL;
  params->getValueAtTime(handle_of(e, name), time, &text);
  return text ? text : "";
}

static void gather(OfxImageEffectHandle e, double time, float rows[4][40]) {
  float *to = rows[0];
  to += read_ints(e, "whole", time, 1, to);
  to += read_ints(e, "whole2", time, 2, to);
  to += read_ints(e, "whole3", time, 3, to);
  to += read_doubles(e, "real", time, 1, to);
  to += read_doubles(e, "real2", time, 2, to);
  to += read_doubles(e, "real3", time, 3, to);
  to += read_doubles(e, "place", time, 2, to);
  to += read_doubles(e, "rgb", time, 3, to);
  to += read_doubles(e, "rgba", time, 4, to);
  to += read_ints(e, "yes", time, 1, to);
  to += read_ints(e, "mode", time, 1, to);
  to += read_ints(e, "menu", time, 1, to);
  *to++ = (float)text_of(e, "word", time)[0];
  *to++ = (float)strlen(text_of(e, "path", time));
  *to++ = (float)strlen(text_of(e, "own", time));
  to += read_doubles(e, "hidden", time, 1, to);

  OfxParamHandle speed = handle_of(e, "speed");
  unsigned int keys = 0;
  double first = -1, derivative = 0, integral = 0;
  int next = -1;
  params->getNumKeys(speed, &keys);
  params->getKeyTime(speed, 0, &first);
  params->getKeyIndex(speed, first, 1, &next);
  params->getDerivative(speed, time, &derivative);
  params->getIntegral(speed, 0.0, 10.0, &integral);
  float line[6] = {(float)keys, (float)first, (float)next, (float)derivative, (float)integral, 0};
  memcpy(rows[1], line, sizeof line);
  read_doubles(e, "speed", time, 1, rows[1] + 5);

  const char *text = text_of(e, "text", time);
  for (int i = 0; text[i] && i < 40; i++) rows[2][i] = (float)(unsigned char)text[i];

  Told *t = told(e);
  rows[3][0] = (float)t->changes, rows[3][1] = (float)t->inside, rows[3][2] = (float)t->time;
}

ACT(render) {
  (void)out;
  float rows[4][40];
  Image result;
  OfxRectI window = window_of(in);
  memset(rows, 0, sizeof rows);
  gather(e, time_of(in), rows);
  if (image_of(e, "Output", time_of(in), &result) != OFX_OK) return OFX_FAILED;
  EACH_PIXEL(window, x, y) {
    float *pixel = at(&result, x, y);
    pixel[0] = x >= 0 && x < 40 && y >= 0 && y < 4 ? rows[y][x] : 0;
    pixel[1] = pixel[2] = 0, pixel[3] = 1;
  }
  release(&result);
  return OFX_OK;
}

static const Does does[] = {{ACTION_DESCRIBE, describe_it},
                            {ACTION_DESCRIBE_IN_CONTEXT, context},
                            {ACTION_CREATE, create},
                            {ACTION_DESTROY, destroy},
                            {ACTION_BEGIN_CHANGED, begin_changed},
                            {ACTION_CHANGED, changed},
                            {ACTION_END_CHANGED, end_changed},
                            {ACTION_REGION_OF_DEFINITION, region},
                            {ACTION_RENDER, render},
                            {NULL, NULL}};
PLUG(Parameters, does)
PLUGS(&Parameters)
