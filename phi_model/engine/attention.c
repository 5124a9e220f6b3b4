/* Attention of packed tokens over static slots for CPUs, with what lies around it in a layer: the rotation
 * of queries and keys, the store of keys and values, and the activation of the other branch.
 *
 * Keys lie in blocks of 64 positions, (head_dim, 64) each, so that lanes are keys and no score is added across lanes;
 * values lie as (positions, head_dim), lanes are dimensions. A query takes the blocks in their order from the slot's
 * first position on, so its result does not depend on the queries that are computed with it, nor on how a prompt is
 * cut into chunks.
 */
#include "../quantization/simd.h"

#include <math.h>
#include <stdlib.h>

#define KEYS 64        /* positions of a block */
#define MOST_ROWS 6    /* queries at a time */
#define MOST_DIM 128   /* of a head */
#define KEY_VECTORS (KEYS / LANES)
#define STRIP 1024     /* numbers that are activated at once */

enum { FLOAT = 0, BF16 = 1 };

typedef struct {
    const void *query, *key, *value; /* (tokens, heads, head_dim), a token's stride being `stride` */
    const void *inner;               /* (tokens, inner_width), or NULL */
    const float *cos, *sin;          /* (tokens, rotary), or NULL: rotated already; both halves are equal */
    void *out;                       /* (tokens, out_stride): heads * head_dim at 0, the activation at inner_at */
    void *keys;                      /* (slots, kv_heads, blocks, head_dim, 64) */
    void *values;                    /* (slots, kv_heads, blocks * 64, head_dim) */
    const int64_t *segments;         /* (count, 4): slot, first position, first token, tokens */
    const int64_t *places;           /* (tokens, 2): slot, position */
    int64_t stride, inner_width, inner_at, out_stride;
    int64_t tokens, count, heads, kv_heads, head_dim, rotary, blocks;
    float scaling;
    int32_t type, cache_type, threads;
} Attend;

INLINE vec read_as(int type, const void *base, int64_t at)
{
    return type == FLOAT ? load((const float *)base + at) : widen((const uint16_t *)base + at);
}

INLINE void write_as(int type, void *base, int64_t at, vec value)
{
    if (type == FLOAT) store((float *)base + at, value);
    else store_half((uint16_t *)base + at, narrow(value));
}

/* e to the x within 2 units of the last place; a NaN stays one. */
INLINE vec exponential(vec x)
{
    /* The limits come first: the instruction gives its second operand where one is no number. */
    x = most_of(every(-150.0f), least(every(150.0f), x));
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
    return times_power(p, n);
}

/* x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, which is x over 1 + e^-2u. */
INLINE vec gelu(vec x)
{
    const vec square = times(x, x);
    const vec u = times(x, plus_product(square, every(0.044715f), every(1.0f)));
    const vec e = exponential(times(u, every(-1.59576912f)));
    return over(x, add(e, every(1.0f)));
}

static void activate(const Attend *a, int64_t token, int64_t strip)
{
    const int64_t from = token * a->stride, to = token * a->out_stride + a->inner_at;
    const int64_t end = strip + STRIP < a->inner_width ? strip + STRIP : a->inner_width;
    for (int64_t i = strip; i < end; i += LANES) write_as(a->type, a->out, to + i, gelu(read_as(a->type, a->inner, from + i)));
}

/* One head of one token as float32, rotated. */
INLINE void rotated(const Attend *a, const void *from, int64_t at, int64_t token,
                                                          float *to)
{
    for (int64_t i = 0; i < a->head_dim; i += LANES) store(to + i, read_as(a->type, from, at + i));
    if (!a->cos) return;
    const int64_t half = a->rotary / 2;
    const float *cos = a->cos + token * a->rotary, *sin = a->sin + token * a->rotary;
    for (int64_t i = 0; i < half; i++) {
        const float first = to[i], second = to[i + half];
        to[i] = first * cos[i] - second * sin[i];
        to[i + half] = second * cos[i] + first * sin[i];
    }
}

static void keep(const Attend *a, int64_t token, int64_t head)
{
    float key[MOST_DIM];
    const int64_t dim = a->head_dim, at = token * a->stride + head * dim;
    const int64_t slot = a->places[2 * token], position = a->places[2 * token + 1];
    const int64_t room = (slot * a->kv_heads + head) * a->blocks;
    const int64_t where = (room + position / KEYS) * dim * KEYS + position % KEYS;
    rotated(a, a->key, at, token, key);
    if (a->cache_type == FLOAT) {
        for (int64_t i = 0; i < dim; i++) ((float *)a->keys)[where + i * KEYS] = key[i];
    } else {
        uint16_t narrowed[MOST_DIM];
        for (int64_t i = 0; i < dim; i += LANES) write_as(BF16, narrowed, i, load(key + i));
        for (int64_t i = 0; i < dim; i++) ((uint16_t *)a->keys)[where + i * KEYS] = narrowed[i];
    }
    for (int64_t i = 0; i < dim; i += LANES)
        write_as(a->cache_type, a->values, (room * KEYS + position) * dim + i, read_as(a->type, a->value, at + i));
}

/* Queries (rows, dim) with their last visible position over one head of one slot. */
INLINE void attend(int rows, int vectors, int type, const float *query, const int64_t *last, const void *keys,
                   const void *values, int64_t end, float *out)
{
    const int64_t dim = vectors * LANES;
    const int lots = TOGETHER(rows, KEY_VECTORS), few = TOGETHER(rows, vectors);
    float scores[MOST_ROWS][KEYS], most[MOST_ROWS];
    vec total[MOST_ROWS];
    for (int r = 0; r < rows; r++) {
        most[r] = -INFINITY;
        total[r] = zero();
        for (int v = 0; v < vectors; v++) store(out + r * dim + LANES * v, zero());
    }
    for (int64_t first = 0; first < end; first += KEYS) {
        const int64_t count = end - first < KEYS ? end - first : KEYS;
        for (int part = 0; part < KEY_VECTORS; part += lots) {
            vec sum[MOST_ROWS][KEY_VECTORS];
            for (int r = 0; r < rows; r++)
                for (int i = 0; i < lots; i++) sum[r][i] = zero();
            for (int64_t d = 0; d < dim; d++) {
                vec k[KEY_VECTORS];
                for (int i = 0; i < lots; i++) k[i] = read_as(type, keys, first * dim + d * KEYS + LANES * (part + i));
                for (int r = 0; r < rows; r++) {
                    const vec q = every(query[r * dim + d]);
                    for (int i = 0; i < lots; i++) sum[r][i] = plus_product(q, k[i], sum[r][i]);
                }
            }
            for (int r = 0; r < rows; r++)
                for (int i = 0; i < lots; i++) store(scores[r] + LANES * (part + i), sum[r][i]);
        }
        for (int r = 0; r < rows; r++) {
            vec s[KEY_VECTORS], top = every(most[r]);
            for (int i = 0; i < KEY_VECTORS; i++) {
                const int64_t seen = last[r] + 1 - first - LANES * i;
                s[i] = load_or(every(-INFINITY), first_lanes(seen <= 0 ? 0 : seen), scores[r] + LANES * i);
                top = most_of(top, s[i]);
            }
            const float highest = largest_of(top);
            const vec shift = every(highest);
            vec shrink = every(1.0f);
            if (highest != most[r]) {
                shrink = exponential(subtract(every(most[r]), shift));
                for (int v = 0; v < vectors; v++) {
                    float *at = out + r * dim + LANES * v;
                    store(at, times(shrink, load(at)));
                }
                most[r] = highest;
            }
            total[r] = times(total[r], shrink);
            for (int i = 0; i < KEY_VECTORS; i++) {
                const vec weight = exponential(subtract(s[i], shift));
                total[r] = add(total[r], weight);
                store(scores[r] + LANES * i, weight);
            }
        }
        for (int part = 0; part < vectors; part += few) {
            vec sum[MOST_ROWS][MOST_DIM / LANES];
            for (int r = 0; r < rows; r++)
                for (int v = 0; v < few; v++) sum[r][v] = load(out + r * dim + LANES * (part + v));
            for (int64_t i = 0; i < count; i++) {
                vec value[MOST_DIM / LANES];
                for (int v = 0; v < few; v++) value[v] = read_as(type, values, (first + i) * dim + LANES * (part + v));
                for (int r = 0; r < rows; r++) {
                    const vec weight = every(scores[r][i]);
                    for (int v = 0; v < few; v++) sum[r][v] = plus_product(weight, value[v], sum[r][v]);
                }
            }
            for (int r = 0; r < rows; r++)
                for (int v = 0; v < few; v++) store(out + r * dim + LANES * (part + v), sum[r][v]);
        }
    }
    for (int r = 0; r < rows; r++) {
        const vec share = every(1.0f / sum_of(total[r]));
        for (int v = 0; v < vectors; v++) {
            float *at = out + r * dim + LANES * v;
            store(at, times(share, load(at)));
        }
    }
}

#define TYPES_OF(rows, vectors)                                                            \
    if (type == FLOAT) attend(rows, vectors, FLOAT, query, last, keys, values, end, out);   \
    else attend(rows, vectors, BF16, query, last, keys, values, end, out)

/* Few variants, so that a slow machine compiles them in seconds. */
#define ROWS_OF(most, vectors)                         \
    if (rows == 1) { TYPES_OF(1, vectors); }           \
    else if (rows == 2) { TYPES_OF(2, vectors); }      \
    else { TYPES_OF(most, vectors); }                  \
    break

/* `rows` queries, of which there is room for as many as have their sums in registers. */
static void attend_rows(int64_t rows, int64_t dim, int type, const float *query, const int64_t *last,
                        const void *keys, const void *values, int64_t end, float *out)
{
    switch (dim) {
    case 16: ROWS_OF(6, 16 / LANES);
    case 32: ROWS_OF(6, 32 / LANES);
    case 64: ROWS_OF(6, 64 / LANES);
    case 80: ROWS_OF(4, 80 / LANES);
    case 96: ROWS_OF(4, 96 / LANES);
    default: ROWS_OF(4, 128 / LANES);
    }
}

/* Tokens of a segment that one item of work computes. */
static int64_t tile_tokens(const Attend *a)
{
    const int64_t rows = a->head_dim > 64 ? 4 : MOST_ROWS, group = a->heads / a->kv_heads;
    return rows > group ? rows / group : 1;
}

static void tile(const Attend *a, const int64_t *segment, int64_t first, int64_t tokens, int64_t head)
{
    const int64_t dim = a->head_dim, group = a->heads / a->kv_heads;
    const int64_t most = a->head_dim > 64 ? 4 : MOST_ROWS;
    const int64_t room = (segment[0] * a->kv_heads + head) * a->blocks * KEYS * dim;
    const int64_t size = a->cache_type == FLOAT ? 4 : 2;
    const char *keys = (const char *)a->keys + room * size, *values = (const char *)a->values + room * size;
    float query[MOST_ROWS * MOST_DIM], out[MOST_ROWS * MOST_DIM];
    int64_t last[MOST_ROWS], to[MOST_ROWS];
    const vec scaling = every(a->scaling);
    const int64_t wanted = tokens * group;
    for (int64_t done = 0; done < wanted;) {
        int64_t rows = 0, end = 0;
        for (; rows < most && done < wanted; rows++, done++) {
            const int64_t token = segment[2] + first + done / group, index = head * group + done % group;
            rotated(a, a->query, token * a->stride + index * dim, token, query + rows * dim);
            for (int64_t i = 0; i < dim; i += LANES) {
                float *at = query + rows * dim + i;
                store(at, times(scaling, load(at)));
            }
            last[rows] = segment[1] + first + done / group;
            to[rows] = token * a->out_stride + index * dim;
            if (last[rows] >= end) end = last[rows] + 1;
        }
        for (int64_t r = rows; r < most; r++) { /* computed, and thrown away */
            memcpy(query + r * dim, query, (size_t)dim * sizeof(float));
            last[r] = last[0];
        }
        attend_rows(rows, dim, a->cache_type, query, last, keys, values, end, out);
        for (int64_t r = 0; r < rows; r++)
            for (int64_t i = 0; i < dim; i += LANES) write_as(a->type, a->out, to[r] + i, load(out + r * dim + i));
    }
}

/* Stores the tokens' keys and values, then attends; activates the inner part beside it. */
void phi_attend(const Attend *a)
{
    const int64_t strips = a->inner ? (a->inner_width + STRIP - 1) / STRIP : 0, step = tile_tokens(a);
#pragma omp parallel num_threads(a->threads)
    {
#pragma omp for schedule(static)
        for (int64_t i = 0; i < a->tokens * a->kv_heads; i++) keep(a, i / a->kv_heads, i % a->kv_heads);
        /* Nobody waits for the activation before the end. */
        for (int64_t s = 0; s < a->count; s++) {
            const int64_t *segment = a->segments + 4 * s, tiles = (segment[3] + step - 1) / step;
#pragma omp for schedule(dynamic) nowait
            for (int64_t i = 0; i < tiles * a->kv_heads; i++) {
                /* The last tiles see the most keys and come first. */
                const int64_t first = (tiles - 1 - i / a->kv_heads) * step, left = segment[3] - first;
                tile(a, segment, first, left < step ? left : step, i % a->kv_heads);
            }
        }
#pragma omp for schedule(static) nowait
        for (int64_t i = 0; i < a->tokens * strips; i++) activate(a, i / strips, i % strips * STRIP);
    }
}
