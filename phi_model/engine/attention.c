/* Attention of packed tokens over static slots for CPUs with AVX-512, with what lies around it in a layer: the rotation
 * of queries and keys, the store of keys and values, and the activation of the other branch.
 *
 * Keys lie in blocks of 64 positions, (head_dim, 64) each, so that lanes are keys and no score is added across lanes;
 * values lie as (positions, head_dim), lanes are dimensions. A query takes the blocks in their order from the slot's
 * first position on, so its result does not depend on the queries that are computed with it, nor on how a prompt is
 * cut into chunks.
 */
#include <immintrin.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define KEYS 64        /* positions of a block: four vectors */
#define MOST_ROWS 6    /* queries at a time: 24 accumulators of the 32 registers */
#define MOST_DIM 128   /* of a head */
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

static inline __attribute__((always_inline)) __m512 load(const void *base, int64_t at, int type)
{
    if (type == FLOAT) return _mm512_loadu_ps((const float *)base + at);
    const __m256i half = _mm256_loadu_si256((const __m256i *)((const uint16_t *)base + at));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

/* float32 to bfloat16, to nearest even; a NaN stays one. */
static inline __m256i narrow(__m512 value)
{
    __m512i bits = _mm512_castps_si512(value);
    __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    rounded = _mm512_mask_set1_epi32(rounded, _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q), 0x7fc00000);
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16));
}

static inline __attribute__((always_inline)) void store(void *base, int64_t at, int type, __m512 value)
{
    if (type == FLOAT) _mm512_storeu_ps((float *)base + at, value);
    else _mm256_storeu_si256((__m256i *)((uint16_t *)base + at), narrow(value));
}

/* e to the x within 2 units of the last place; a NaN stays one. */
static inline __attribute__((always_inline)) __m512 exponential(__m512 x)
{
    /* The limits come first: the instruction gives its second operand where one is no number. */
    x = _mm512_max_ps(_mm512_set1_ps(-150.0f), _mm512_min_ps(_mm512_set1_ps(150.0f), x));
    const __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(1.44269504f)),
                                          _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    __m512 r = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693145752f), x);
    r = _mm512_fnmadd_ps(n, _mm512_set1_ps(1.42860677e-6f), r);
    __m512 p = _mm512_set1_ps(1.0f / 720);
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f / 120));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f / 24));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f / 6));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.5f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f));
    p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f));
    return _mm512_scalef_ps(p, n);
}

/* x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, which is x over 1 + e^-2u. */
static inline __attribute__((always_inline)) __m512 gelu(__m512 x)
{
    const __m512 square = _mm512_mul_ps(x, x);
    const __m512 u = _mm512_mul_ps(x, _mm512_fmadd_ps(square, _mm512_set1_ps(0.044715f), _mm512_set1_ps(1.0f)));
    const __m512 e = exponential(_mm512_mul_ps(u, _mm512_set1_ps(-1.59576912f)));
    return _mm512_div_ps(x, _mm512_add_ps(e, _mm512_set1_ps(1.0f)));
}

static void activate(const Attend *a, int64_t token, int64_t strip)
{
    const int64_t from = token * a->stride, to = token * a->out_stride + a->inner_at;
    const int64_t end = strip + STRIP < a->inner_width ? strip + STRIP : a->inner_width;
    for (int64_t i = strip; i < end; i += 16) store(a->out, to + i, a->type, gelu(load(a->inner, from + i, a->type)));
}

/* One head of one token as float32, rotated. */
static inline __attribute__((always_inline)) void rotated(const Attend *a, const void *from, int64_t at, int64_t token,
                                                          float *to)
{
    for (int64_t i = 0; i < a->head_dim; i += 16) _mm512_storeu_ps(to + i, load(from, at + i, a->type));
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
        for (int64_t i = 0; i < dim; i += 16) store(narrowed, i, BF16, _mm512_loadu_ps(key + i));
        for (int64_t i = 0; i < dim; i++) ((uint16_t *)a->keys)[where + i * KEYS] = narrowed[i];
    }
    for (int64_t i = 0; i < dim; i += 16)
        store(a->values, (room * KEYS + position) * dim + i, a->cache_type, load(a->value, at + i, a->type));
}

/* Queries (rows, dim) with their last visible position over one head of one slot. */
static inline __attribute__((always_inline)) void attend(int rows, int vectors, int type, const float *query,
                                                         const int64_t *last, const void *keys, const void *values,
                                                         int64_t end, float *out)
{
    const int64_t dim = vectors * 16;
    float scores[MOST_ROWS][KEYS], most[MOST_ROWS];
    __m512 total[MOST_ROWS];
    for (int r = 0; r < rows; r++) {
        most[r] = -INFINITY;
        total[r] = _mm512_setzero_ps();
        for (int v = 0; v < vectors; v++) _mm512_storeu_ps(out + r * dim + 16 * v, _mm512_setzero_ps());
    }
    for (int64_t first = 0; first < end; first += KEYS) {
        const int64_t count = end - first < KEYS ? end - first : KEYS;
        {
            __m512 sum[MOST_ROWS][4];
            for (int r = 0; r < rows; r++)
                for (int i = 0; i < 4; i++) sum[r][i] = _mm512_setzero_ps();
            for (int64_t d = 0; d < dim; d++) {
                __m512 k[4];
                for (int i = 0; i < 4; i++) k[i] = load(keys, first * dim + d * KEYS + 16 * i, type);
                for (int r = 0; r < rows; r++) {
                    const __m512 q = _mm512_set1_ps(query[r * dim + d]);
                    for (int i = 0; i < 4; i++) sum[r][i] = _mm512_fmadd_ps(q, k[i], sum[r][i]);
                }
            }
            for (int r = 0; r < rows; r++)
                for (int i = 0; i < 4; i++) _mm512_storeu_ps(scores[r] + 16 * i, sum[r][i]);
        }
        for (int r = 0; r < rows; r++) {
            __m512 s[4], top = _mm512_set1_ps(most[r]);
            for (int i = 0; i < 4; i++) {
                const int64_t seen = last[r] + 1 - first - 16 * i;
                const __mmask16 mask = seen >= 16 ? 0xffff : seen <= 0 ? 0 : (1u << seen) - 1;
                s[i] = _mm512_mask_loadu_ps(_mm512_set1_ps(-INFINITY), mask, scores[r] + 16 * i);
                top = _mm512_max_ps(top, s[i]);
            }
            const float highest = _mm512_reduce_max_ps(top);
            const __m512 shift = _mm512_set1_ps(highest);
            __m512 shrink = _mm512_set1_ps(1.0f);
            if (highest != most[r]) {
                shrink = exponential(_mm512_sub_ps(_mm512_set1_ps(most[r]), shift));
                for (int v = 0; v < vectors; v++) {
                    float *at = out + r * dim + 16 * v;
                    _mm512_storeu_ps(at, _mm512_mul_ps(shrink, _mm512_loadu_ps(at)));
                }
                most[r] = highest;
            }
            total[r] = _mm512_mul_ps(total[r], shrink);
            for (int i = 0; i < 4; i++) {
                const __m512 weight = exponential(_mm512_sub_ps(s[i], shift));
                total[r] = _mm512_add_ps(total[r], weight);
                _mm512_storeu_ps(scores[r] + 16 * i, weight);
            }
        }
        {
            __m512 sum[MOST_ROWS][MOST_DIM / 16];
            for (int r = 0; r < rows; r++)
                for (int v = 0; v < vectors; v++) sum[r][v] = _mm512_loadu_ps(out + r * dim + 16 * v);
            for (int64_t i = 0; i < count; i++) {
                __m512 value[MOST_DIM / 16];
                for (int v = 0; v < vectors; v++) value[v] = load(values, (first + i) * dim + 16 * v, type);
                for (int r = 0; r < rows; r++) {
                    const __m512 weight = _mm512_set1_ps(scores[r][i]);
                    for (int v = 0; v < vectors; v++) sum[r][v] = _mm512_fmadd_ps(weight, value[v], sum[r][v]);
                }
            }
            for (int r = 0; r < rows; r++)
                for (int v = 0; v < vectors; v++) _mm512_storeu_ps(out + r * dim + 16 * v, sum[r][v]);
        }
    }
    for (int r = 0; r < rows; r++) {
        const __m512 share = _mm512_set1_ps(1.0f / _mm512_reduce_add_ps(total[r]));
        for (int v = 0; v < vectors; v++) {
            float *at = out + r * dim + 16 * v;
            _mm512_storeu_ps(at, _mm512_mul_ps(share, _mm512_loadu_ps(at)));
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
static void attend_rows(int64_t rows, int64_t vectors, int type, const float *query, const int64_t *last,
                        const void *keys, const void *values, int64_t end, float *out)
{
    switch (vectors) {
    case 1: ROWS_OF(6, 1);
    case 2: ROWS_OF(6, 2);
    case 4: ROWS_OF(6, 4);
    case 5: ROWS_OF(4, 5);
    case 6: ROWS_OF(4, 6);
    default: ROWS_OF(4, 8);
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
    const int64_t dim = a->head_dim, group = a->heads / a->kv_heads, vectors = dim / 16;
    const int64_t most = a->head_dim > 64 ? 4 : MOST_ROWS;
    const int64_t room = (segment[0] * a->kv_heads + head) * a->blocks * KEYS * dim;
    const int64_t size = a->cache_type == FLOAT ? 4 : 2;
    const char *keys = (const char *)a->keys + room * size, *values = (const char *)a->values + room * size;
    float query[MOST_ROWS * MOST_DIM], out[MOST_ROWS * MOST_DIM];
    int64_t last[MOST_ROWS], to[MOST_ROWS];
    const __m512 scaling = _mm512_set1_ps(a->scaling);
    const int64_t wanted = tokens * group;
    for (int64_t done = 0; done < wanted;) {
        int64_t rows = 0, end = 0;
        for (; rows < most && done < wanted; rows++, done++) {
            const int64_t token = segment[2] + first + done / group, index = head * group + done % group;
            rotated(a, a->query, token * a->stride + index * dim, token, query + rows * dim);
            for (int64_t i = 0; i < dim; i += 16) {
                float *at = query + rows * dim + i;
                _mm512_storeu_ps(at, _mm512_mul_ps(scaling, _mm512_loadu_ps(at)));
            }
            last[rows] = segment[1] + first + done / group;
            to[rows] = token * a->out_stride + index * dim;
            if (last[rows] >= end) end = last[rows] + 1;
        }
        for (int64_t r = rows; r < most; r++) { /* computed, and thrown away */
            memcpy(query + r * dim, query, (size_t)dim * sizeof(float));
            last[r] = last[0];
        }
        attend_rows(rows, vectors, a->cache_type, query, last, keys, values, end, out);
        for (int64_t r = 0; r < rows; r++)
            for (int64_t i = 0; i < dim; i += 16) store(a->out, to[r] + i, a->type, _mm512_loadu_ps(out + r * dim + i));
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
