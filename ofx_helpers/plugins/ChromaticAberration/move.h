/* Moves one channel of a picture, and mixes: the arithmetic, for each depth of pixels.

   Pixel i covers [i, i + 1). A point q of the source goes to p = c + s·(q − c) + t (centre c, scale
   s, shift t, in pixels), so output pixel i reads the source at u = (i + ½ − t − c)/s + c − ½, or
   i − t where s is 1. It is interpolated between the pixels ⌊u⌋ and ⌊u⌋ + 1 of each direction,
   first in x:  v = v0 + (v1 − v0)·f,  f = u − ⌊u⌋.  Where f is 0, v is v0 itself: moves by whole
   pixels are copies, bit for bit. Outside the picture is transparent black. Nothing is averaged
   where the picture shrinks: this is an effect of scales near 1. */

#ifndef CHROMATIC_ABERRATION_MOVE_H
#define CHROMATIC_ABERRATION_MOVE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../openfx.h"

typedef enum { DEPTH_IS_BYTE = 1, DEPTH_IS_SHORT = 2, DEPTH_IS_FLOAT = 4 } Depth; /* bytes */

typedef struct {
  char *data; /* of the pixel at the bounds' lower left; null where there is no picture */
  OfxRectI bounds;
  ptrdiff_t row_bytes;
  int components;
  Depth depth;
} Picture;

/* Where one output column or row reads: between pixel `at` and the next, at fraction `f`. */
typedef struct {
  int at;
  float f;
} Tap;

static Tap tap_of(int i, double shift, double scale, double centre) {
  double u = scale == 1 ? i - shift : (i + 0.5 - shift - centre) / scale + centre - 0.5;
  double whole = floor(u);
  /* Far outside every picture, and still a whole number that fits. */
  if (!(whole > -1e9)) return (Tap){-1000000000, 0};
  if (whole > 1e9) return (Tap){1000000000, 0};
  return (Tap){(int)whole, (float)(u - whole)};
}

static const char *row_of(const Picture *picture, int y) {
  if (!picture->data || y < picture->bounds.y1 || y >= picture->bounds.y2) return NULL;
  return picture->data + (ptrdiff_t)(y - picture->bounds.y1) * picture->row_bytes;
}

static inline float between(float a, float b, float f) { return f == 0 ? a : a + (b - a) * f; }

static inline float mixed(float result, float source, float k) {
  return result * k + source * (1.0f - k);
}

static inline float clipped(float value, float most) {
  return value > most ? most : value > 0 ? value : 0; /* not a number becomes 0 */
}
static inline uint8_t store_byte(float value) { return (uint8_t)(clipped(value, 255) + 0.5f); }
static inline uint16_t store_short(float value) { return (uint16_t)(clipped(value, 65535) + 0.5f); }
static inline float store_float(float value) { return value; }

/* The functions of one depth: NAME_copy (a row, black outside the source), NAME_move (one channel
   of a row by `columns` and the row's own tap) and NAME_mix (a row with weights). */
#define DEPTH_FUNCTIONS(NAME, TYPE, STORE)                                                         \
  static void NAME##_copy(const Picture *source, int y, int x1, int x2, TYPE *out) {               \
    size_t n = (size_t)source->components;                                                         \
    const TYPE *row = (const TYPE *)row_of(source, y);                                             \
    int from = x1 > source->bounds.x1 ? x1 : source->bounds.x1;                                    \
    int to = x2 < source->bounds.x2 ? x2 : source->bounds.x2;                                      \
    if (!row || from >= to) {                                                                      \
      memset(out, 0, (size_t)(x2 - x1) * n * sizeof(TYPE));                                        \
      return;                                                                                      \
    }                                                                                              \
    memset(out, 0, (size_t)(from - x1) * n * sizeof(TYPE));                                        \
    memcpy(out + (size_t)(from - x1) * n, row + (size_t)(from - source->bounds.x1) * n,            \
           (size_t)(to - from) * n * sizeof(TYPE));                                                \
    memset(out + (size_t)(to - x1) * n, 0, (size_t)(x2 - to) * n * sizeof(TYPE));                  \
  }                                                                                                \
  static inline float NAME##_at(const TYPE *row, const Picture *p, int x, int channel) {           \
    if (!row || x < p->bounds.x1 || x >= p->bounds.x2) return 0.0f;                                \
    return (float)row[(ptrdiff_t)(x - p->bounds.x1) * p->components + channel];                    \
  }                                                                                                \
  static void NAME##_inside(const TYPE *low, const TYPE *high, const Picture *source,              \
                            const Tap *columns, float up, int count, TYPE *out) {                  \
    ptrdiff_t n = source->components;                                                              \
    for (int i = 0; i < count; i++) {                                                              \
      ptrdiff_t at = (ptrdiff_t)(columns[i].at - source->bounds.x1) * n;                           \
      float f = columns[i].f, value = between((float)low[at], (float)low[at + n], f);              \
      if (high) value = between(value, between((float)high[at], (float)high[at + n], f), up);      \
      out[i * n] = STORE(value);                                                                   \
    }                                                                                              \
  }                                                                                                \
  static void NAME##_move(const Picture *source, int channel, const Tap *columns, Tap line,        \
                          int count, TYPE *out) {                                                  \
    const TYPE *low = (const TYPE *)row_of(source, line.at);                                       \
    const TYPE *high = line.f == 0 ? NULL : (const TYPE *)row_of(source, line.at + 1);             \
    int first = 0, last = count; /* between them every column lies inside the picture */           \
    while (first < last && columns[first].at < source->bounds.x1) first++;                         \
    while (last > first && columns[last - 1].at + 1 >= source->bounds.x2) last--;                  \
    if (low && (high || line.f == 0))                                                              \
      NAME##_inside(low + channel, high ? high + channel : NULL, source, columns + first, line.f,  \
                    last - first, out + (ptrdiff_t)first * source->components + channel);          \
    else                                                                                           \
      last = first;                                                                                \
    for (int i = 0; i < count; i++) {                                                              \
      if (i == first) i = last;                                                                    \
      if (i == count) break;                                                                       \
      int x = columns[i].at;                                                                       \
      float f = columns[i].f, value = NAME##_at(low, source, x, channel);                          \
      if (f != 0) value = between(value, NAME##_at(low, source, x + 1, channel), f);               \
      if (line.f != 0) {                                                                           \
        float above = NAME##_at(high, source, x, channel);                                         \
        if (f != 0) above = between(above, NAME##_at(high, source, x + 1, channel), f);            \
        value = between(value, above, line.f);                                                     \
      }                                                                                            \
      out[(ptrdiff_t)i * source->components + channel] = STORE(value);                             \
    }                                                                                              \
  }                                                                                                \
  static void NAME##_mix(const Picture *source, int y, int x1, int x2, const float *weights,       \
                         TYPE *out) {                                                              \
    const TYPE *row = (const TYPE *)row_of(source, y);                                             \
    for (int x = x1; x < x2; x++, out += source->components)                                       \
      for (int c = 0; c < source->components; c++)                                                 \
        out[c] = STORE(mixed((float)out[c], NAME##_at(row, source, x, c), weights[x - x1]));       \
  }

DEPTH_FUNCTIONS(bytes, uint8_t, store_byte)
DEPTH_FUNCTIONS(shorts, uint16_t, store_short)
DEPTH_FUNCTIONS(floats, float, store_float)

#endif
