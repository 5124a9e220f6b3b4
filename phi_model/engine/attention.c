/* Attention of packed tokens over static slots for CPUs, with what lies around it in a layer: the rotation
 * of queries and keys, the store of keys and values, and the activation of the other branch.
 *
 * Keys lie in blocks of 64 positions, (head_dim, 64) each, so that lanes are keys and no score is added across lanes;
 * values lie as (positions, head_dim), lanes are dimensions. A query takes the blocks in their order from the slot's
 * first position on, so its result does not depend on the queries that are computed with it, nor on how a prompt is
 * cut into chunks.
 */
#include "attention.h"

#define MOST_ROWS 6    /* queries at a time */
#define WIDE_ROWS 48   /* queries that meet a block one after the other: a multiple of those at a time */
#define STRIP 1024     /* numbers that are activated at once */

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

static void keep(const Attend *a, int64_t token, int64_t head)
{
    float key[MOST_DIM];
    uint16_t narrowed[MOST_DIM];
    const int64_t dim = a->head_dim, at = token * a->stride + head * dim;
    const int64_t slot = a->places[2 * token], position = a->places[2 * token + 1];
    const int64_t room = (slot * a->kv_heads + head) * a->blocks, within = position % KEYS;
    const int64_t block = (room + position / KEYS) * dim * KEYS;
    rotated(a, a->key, at, token, key);
    if (a->tiles) {
        uint16_t *keys = (uint16_t *)a->keys + block + 2 * within;
        uint16_t *values = (uint16_t *)a->values + block + within / 2 * 2 * dim + within % 2;
        for (int64_t i = 0; i < dim; i += LANES) write_as(IS_BF16, narrowed, i, load(key + i));
        for (int64_t i = 0; i < dim; i += 2) memcpy(keys + i * KEYS, narrowed + i, 4);
        for (int64_t i = 0; i < dim; i += LANES) write_as(IS_BF16, narrowed, i, read_as(a->type, a->value, at + i));
        for (int64_t i = 0; i < dim; i++) values[2 * i] = narrowed[i];
        return;
    }
    if (a->cache_type == IS_FLOAT) {
        for (int64_t i = 0; i < dim; i++) ((float *)a->keys)[block + within + i * KEYS] = key[i];
    } else {
        for (int64_t i = 0; i < dim; i += LANES) write_as(IS_BF16, narrowed, i, load(key + i));
        for (int64_t i = 0; i < dim; i++) ((uint16_t *)a->keys)[block + within + i * KEYS] = narrowed[i];
    }
    for (int64_t i = 0; i < dim; i += LANES)
        write_as(a->cache_type, a->values, block + within * dim + i, read_as(a->type, a->value, at + i));
}

typedef struct {
    _Alignas(64) float query[WIDE_ROWS * MOST_DIM], out[WIDE_ROWS * MOST_DIM]; /* (rows, dim) */
    Query of[WIDE_ROWS];
} Queries;

/* `count` keys and values of one block, the first at position `first`, for `rows` queries from `at` on. */
INLINE void meet(int rows, int vectors, int type, Queries *q, int64_t at, const void *keys, const void *values, int64_t first,
                 int64_t count)
{
    const int64_t dim = vectors * LANES;
    const int lots = TOGETHER(rows, KEY_VECTORS), few = TOGETHER(rows, vectors);
    const float *query = q->query + at * dim;
    _Alignas(64) float scores[MOST_ROWS][KEYS], *out = q->out + at * dim;
    for (int part = 0; part < KEY_VECTORS; part += lots) {
        vec sum[MOST_ROWS][KEY_VECTORS];
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < lots; i++) sum[r][i] = zero();
        for (int64_t d = 0; d < dim; d++) {
            vec k[KEY_VECTORS];
            for (int i = 0; i < lots; i++) k[i] = read_as(type, keys, d * KEYS + LANES * (part + i));
            for (int r = 0; r < rows; r++) {
                const vec q = every(query[r * dim + d]);
                for (int i = 0; i < lots; i++) sum[r][i] = plus_product(q, k[i], sum[r][i]);
            }
        }
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < lots; i++) store(scores[r] + LANES * (part + i), sum[r][i]);
    }
    for (int r = 0; r < rows; r++)
        weigh(IS_FLOAT, dim, scores[r], first, scores[r], out + r * dim, q->of + at + r);
    for (int part = 0; part < vectors; part += few) {
        vec sum[MOST_ROWS][MOST_DIM / LANES];
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < few; v++) sum[r][v] = load(out + r * dim + LANES * (part + v));
        for (int64_t i = 0; i < count; i++) {
            vec value[MOST_DIM / LANES];
            for (int v = 0; v < few; v++) value[v] = read_as(type, values, i * dim + LANES * (part + v));
            for (int r = 0; r < rows; r++) {
                const vec weight = every(scores[r][i]);
                for (int v = 0; v < few; v++) sum[r][v] = plus_product(weight, value[v], sum[r][v]);
            }
        }
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < few; v++) store(out + r * dim + LANES * (part + v), sum[r][v]);
    }
}

#define TYPES_OF(rows, vectors)                                                      \
    if (type == IS_FLOAT) meet(rows, vectors, IS_FLOAT, q, at, keys, values, first, count); \
    else meet(rows, vectors, IS_BF16, q, at, keys, values, first, count)

/* Few variants, so that a slow machine compiles them in seconds. */
#define ROWS_OF(most, vectors)                         \
    if (rows == 1) { TYPES_OF(1, vectors); }           \
    else if (rows == 2) { TYPES_OF(2, vectors); }      \
    else { TYPES_OF(most, vectors); }                  \
    break

/* `rows` queries, of which there is room for as many as have their sums in registers. */
static void meet_rows(int64_t rows, int64_t dim, int type, Queries *q, int64_t at, const void *keys, const void *values,
                      int64_t first, int64_t count)
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

static inline int64_t rows_at_once(const Attend *a) { return a->head_dim > 64 ? 4 : MOST_ROWS; }

/* Tokens of a segment that one item of work computes. */
static int64_t tile_tokens(const Attend *a)
{
    const int64_t group = a->heads / a->kv_heads, rows = a->tiles ? TILE_ROWS : WIDE_ROWS;
    return rows > group ? rows / group : 1;
}

/* All blocks of one head of a slot for `rows` queries, the later ones' positions the later. What many queries meet of a bfloat16
 * cache becomes float32 once for all of them. */
static void meet_all(const Attend *a, Queries *q, int64_t rows, const char *keys, const char *values)
{
    _Alignas(64) float wide_keys[KEYS * MOST_DIM], wide_values[KEYS * MOST_DIM];
    const int64_t dim = a->head_dim, most = rows_at_once(a), end = q->of[rows - 1].last + 1, numbers = KEYS * dim;
    const int widened = a->cache_type == IS_BF16 && rows > most;
    const int64_t size = a->cache_type == IS_FLOAT ? 4 : 2;
    for (int64_t first = 0; first < end; first += KEYS, keys += numbers * size, values += numbers * size) {
        for (int64_t i = 0; widened && i < numbers; i += LANES) {
            store(wide_keys + i, read_as(IS_BF16, keys, i));
            store(wide_values + i, read_as(IS_BF16, values, i));
        }
        for (int64_t at = 0; at < rows; at += most) {
            const int64_t count = rows - at < most ? rows - at : most, left = q->of[at + count - 1].last + 1 - first;
            if (left <= 0) continue;
            meet_rows(count, dim, widened ? IS_FLOAT : a->cache_type, q, at, widened ? (const void *)wide_keys : keys,
                      widened ? (const void *)wide_values : values, first, left < KEYS ? left : KEYS);
        }
    }
}

static void tile(const Attend *a, const int64_t *segment, int64_t first, int64_t tokens, int64_t head)
{
    const int64_t dim = a->head_dim, group = a->heads / a->kv_heads, most = rows_at_once(a), wanted = tokens * group;
    const int64_t room = (segment[0] * a->kv_heads + head) * a->blocks * KEYS * dim * (a->cache_type == IS_FLOAT ? 4 : 2);
    Queries q;
    for (int64_t done = 0; done < wanted;) {
        int64_t rows = 0;
        for (; rows < WIDE_ROWS && done < wanted; rows++, done++) {
            const int64_t token = first + done / group;
            take(a, IS_FLOAT, segment[2] + token, head * group + done % group, segment[1] + token, q.query + rows * dim,
                 q.out + rows * dim, q.of + rows);
        }
        for (int64_t r = rows; r % most; r++) { /* computed, and thrown away */
            memcpy(q.query + r * dim, q.query, (size_t)dim * sizeof(float));
            memset(q.out + r * dim, 0, (size_t)dim * sizeof(float));
            q.of[r] = q.of[0];
        }
        meet_all(a, &q, rows, (const char *)a->keys + room, (const char *)a->values + room);
        for (int64_t r = 0; r < rows; r++) give(a, q.out + r * dim, q.of + r);
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
                /* One head after the other: its keys and values stay in a cache. The last tiles see the most keys, come first. */
                const int64_t first = (tiles - 1 - i % tiles) * step, left = segment[3] - first;
                const int64_t tokens = left < step ? left : step;
                if (a->tiles) phi_attend_tiles(a, segment, first, tokens, i / tiles);
                else tile(a, segment, first, tokens, i / tiles);
            }
        }
#pragma omp for schedule(static) nowait
        for (int64_t i = 0; i < a->tokens * strips; i++) activate(a, i / strips, i % strips * STRIP);
    }
}
