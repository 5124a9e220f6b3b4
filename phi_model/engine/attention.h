/* What attention on vectors (`attention.c`) and on tiles (`attention_tiles.c`) share. */
#ifndef PHI_ATTENTION_H
#define PHI_ATTENTION_H

#include "../quantization/simd.h"

#include <math.h>
#include <stdlib.h>

#define KEYS 64        /* positions of a block */
#define MOST_DIM 128   /* of a head */
#define KEY_VECTORS (KEYS / LANES)
#define TILE_ROWS 16   /* queries of a tile */

typedef struct {
    const void *query, *key, *value; /* (tokens, heads, head_dim), a token's stride being `stride` */
    const void *inner;               /* (tokens, inner_width), or NULL */
    const float *cos, *sin;          /* (tokens, rotary), or NULL: rotated already; both halves are equal */
    void *out;                       /* (tokens, out_stride): heads * head_dim at 0, the activation at inner_at */
    void *keys;                      /* (slots, kv_heads, blocks, head_dim, 64); for tiles two dimensions lie together */
    void *values;                    /* (slots, kv_heads, blocks * 64, head_dim); for tiles two positions lie together */
    const int64_t *segments;         /* (count, 4): slot, first position, first token, tokens */
    const int64_t *places;           /* (tokens, 2): slot, position */
    int64_t stride, inner_width, inner_at, out_stride;
    int64_t tokens, count, heads, kv_heads, head_dim, rotary, blocks;
    float scaling;
    int32_t type, cache_type, tiles, threads;
} Attend;

INLINE vec read_as(int type, const void *base, int64_t at)
{
    return type == IS_FLOAT ? load((const float *)base + at) : widen((const uint16_t *)base + at);
}

INLINE void write_as(int type, void *base, int64_t at, vec value)
{
    if (type == IS_FLOAT) store((float *)base + at, value);
    else store_half((uint16_t *)base + at, narrow(value));
}

#define LEAST -87.0f /* e to the power of less is zero here: numbers below 2^-126 cost a hundred times as much */

/* e to the x within 2 units of the last place; a NaN stays one. */
INLINE vec exponential(vec given)
{
    /* The limits come first: the instruction gives its second operand where one is no number. */
    const vec x = most_of(every(LEAST), least(every(150.0f), given));
    const vec n = whole(times(x, every(1.44269504f)));
    vec r = less_product(n, every(0.693145752f), x);
    r = less_product(n, every(1.42860677e-6f), r);
    vec p = every(1.0f / 720);
    p = plus_product(p, r, every(1.0f / 120));
    p = plus_product(p, r, every(1.0f / 24));
    p = plus_product(p, r, every(1.0f / 6));
    p = plus_product(p, r, every(0.5f));
    p = plus_product(p, r, every(1.0f));
    p = plus_product(p, r, every(1.0f));
    return zero_below(given, every(LEAST), times_power(p, n));
}

/* One head of one token as float32, rotated. */
INLINE void rotated(const Attend *a, const void *from, int64_t at, int64_t token, float *to)
{
    for (int64_t i = 0; i < a->head_dim; i += LANES) store(to + i, read_as(a->type, from, at + i));
    if (!a->cos) return;
    const int64_t half = a->rotary / 2;
    const float *cos = a->cos + token * a->rotary, *sin = a->sin + token * a->rotary;
    int64_t i = 0;
    for (; i + LANES <= half; i += LANES) {
        const vec first = load(to + i), second = load(to + i + half), c = load(cos + i), s = load(sin + i);
        store(to + i, subtract(times(first, c), times(second, s)));
        store(to + i + half, add(times(second, c), times(first, s)));
    }
    for (; i < half; i++) {
        const float first = to[i], second = to[i + half];
        to[i] = first * cos[i] - second * sin[i];
        to[i + half] = second * cos[i] + first * sin[i];
    }
}

/* What a query has of the blocks up to now. */
typedef struct {
    vec total;        /* of the weights, in parts */
    float most;       /* the highest score */
    int64_t last, to; /* the last visible position, the place of the result */
} Query;

/* The query of one head of a token, rotated and scaled, as `type`; its sums (dim) become zero. */
INLINE void take(const Attend *a, int type, int64_t token, int64_t head, int64_t position, void *query, float *out, Query *q)
{
    _Alignas(64) float whole[MOST_DIM];
    const int64_t dim = a->head_dim;
    rotated(a, a->query, token * a->stride + head * dim, token, whole);
    for (int64_t i = 0; i < dim; i += LANES) {
        write_as(type, query, i, times(every(a->scaling), load(whole + i)));
        store(out + i, zero());
    }
    *q = (Query){ zero(), -INFINITY, position, token * a->out_stride + head * dim };
}

/* The scores of the positions from `first` on to weights, as `type`, of which the highest up to now has 1. */
INLINE void weigh(int type, int64_t dim, const float *scores, int64_t first, void *weights, float *out, Query *q)
{
    vec s[KEY_VECTORS], top = every(q->most);
    for (int i = 0; i < KEY_VECTORS; i++) {
        const int64_t seen = q->last + 1 - first - LANES * i;
        s[i] = load_or(every(-INFINITY), first_lanes(seen < 0 ? 0 : seen), scores + LANES * i);
        top = most_of(top, s[i]);
    }
    const float highest = largest_of(top);
    const vec shift = every(highest);
    if (highest != q->most) {
        const vec shrink = exponential(subtract(every(q->most), shift));
        for (int64_t i = 0; i < dim; i += LANES) store(out + i, times(shrink, load(out + i)));
        q->total = times(q->total, shrink);
        q->most = highest;
    }
    for (int i = 0; i < KEY_VECTORS; i++) {
        const vec weight = exponential(subtract(s[i], shift));
        q->total = add(q->total, weight);
        write_as(type, weights, LANES * i, weight);
    }
}

INLINE void give(const Attend *a, const float *out, const Query *q)
{
    const vec share = every(1.0f / sum_of(q->total));
    for (int64_t i = 0; i < a->head_dim; i += LANES) write_as(a->type, a->out, q->to + i, times(share, load(out + i)));
}

/* Stores the tokens' keys and values, then attends; activates the inner part beside it. */
void phi_attend(const Attend *a);

/* The tokens from `first` on of a segment, and one head of keys and values, by tiles. */
void phi_attend_tiles(const Attend *a, const int64_t *segment, int64_t first, int64_t tokens, int64_t head);

#endif
