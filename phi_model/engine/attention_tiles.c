/* Attention as products of tiles of bfloat16, for Intel's AMX: sixteen queries of a head meet a block of keys at once, and its
 * values. Queries and the weights of a block are rounded to bfloat16, as the keys and values are; sums are float32.
 *
 * Keys lie in blocks of 64 positions, (head_dim / 2, 64, 2), values as (positions / 2, head_dim, 2): what an instruction sums
 * lies together. A query's result depends neither on the others nor on their number, as in `attention.c`.
 */
#include "attention.h"
#include "../quantization/tiles.h"

#if defined(HAVE_TILES) && defined(__AMX_BF16__)

#define DEEP 32         /* dimensions, or positions, of a tile */
#define HALF (KEYS / 2) /* positions whose values a tile sums */

/* Sixteen queries, and what they have of the blocks up to now. */
typedef struct {
    _Alignas(64) float out[TILE_ROWS * MOST_DIM], scores[TILE_ROWS * KEYS];
    _Alignas(64) uint16_t query[TILE_ROWS * MOST_DIM], weights[TILE_ROWS * KEYS], values[HALF * MOST_DIM];
    vec total[TILE_ROWS];
    float most[TILE_ROWS];
    int64_t last[TILE_ROWS], to[TILE_ROWS];
} Queries;

int phi_attends_in_tiles(void)
{
    return phi_tiles_allowed();
}

static void score(int64_t dim, Queries *q, const uint16_t *keys)
{
    CLEAR_SUMS;
    for (int64_t d = 0; d < dim; d += DEEP) {
        const uint16_t *at = keys + d * KEYS;
        _tile_loadd(4, q->query + d, 2 * dim);
        _tile_loadd(6, at, 4 * KEYS);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(7, at + 32, 4 * KEYS);
        _tile_dpbf16ps(1, 4, 7);
        _tile_loadd(6, at + 64, 4 * KEYS);
        _tile_dpbf16ps(2, 4, 6);
        _tile_loadd(7, at + 96, 4 * KEYS);
        _tile_dpbf16ps(3, 4, 7);
    }
    _tile_stored(0, q->scores, 4 * KEYS);
    _tile_stored(1, q->scores + 16, 4 * KEYS);
    _tile_stored(2, q->scores + 32, 4 * KEYS);
    _tile_stored(3, q->scores + 48, 4 * KEYS);
}

/* Scores to weights, of which the highest up to now has 1. */
static void weigh(int64_t dim, Queries *q, int64_t r, int64_t first)
{
    const float *scores = q->scores + r * KEYS, before = q->most[r];
    float *out = q->out + r * dim;
    vec s[KEY_VECTORS], top = every(before), total = q->total[r];
    for (int i = 0; i < KEY_VECTORS; i++) {
        s[i] = load_or(every(-INFINITY), first_lanes(seen_from(q->last[r], first + LANES * i)), scores + LANES * i);
        top = most_of(top, s[i]);
    }
    const float highest = largest_of(top);
    const vec shift = every(highest);
    if (highest != before) {
        const vec shrink = exponential(subtract(every(before), shift));
        for (int64_t i = 0; i < dim; i += LANES) store(out + i, times(shrink, load(out + i)));
        total = times(total, shrink);
        q->most[r] = highest;
    }
    for (int i = 0; i < KEY_VECTORS; i++) {
        const vec weight = exponential(subtract(s[i], shift));
        total = add(total, weight);
        write_as(IS_BF16, q->weights, r * KEYS + LANES * i, weight);
    }
    q->total[r] = total;
}

/* Adds the values of half a block. */
static void gather(int64_t dim, Queries *q, const uint16_t *weights, const uint16_t *values)
{
    _tile_loadd(4, weights, 2 * KEYS);
    for (int64_t d = 0; d < dim; d += 32) {
        _tile_loadd(0, q->out + d, 4 * dim);
        _tile_loadd(6, values + 2 * d, 4 * dim);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(1, q->out + d + 16, 4 * dim);
        _tile_loadd(7, values + 2 * d + 32, 4 * dim);
        _tile_dpbf16ps(1, 4, 7);
        _tile_stored(0, q->out + d, 4 * dim);
        _tile_stored(1, q->out + d + 16, 4 * dim);
    }
}

/* The first `count` values of half a block; what others left behind them becomes zero, since it may be no number. */
static const uint16_t *first_values(int64_t dim, Queries *q, const uint16_t *values, int64_t count)
{
    const int64_t pairs = count / 2 * 2;
    memcpy(q->values, values, (size_t)(pairs * dim) * sizeof(uint16_t));
    memset(q->values + pairs * dim, 0, (size_t)((HALF - pairs) * dim) * sizeof(uint16_t));
    if (count > pairs)
        for (int64_t i = 0; i < dim; i++) q->values[pairs * dim + 2 * i] = values[pairs * dim + 2 * i];
    return q->values;
}

/* The query of one head of a token, as row `row`. */
static void take(const Attend *a, Queries *q, int64_t row, int64_t token, int64_t head, int64_t position)
{
    _Alignas(64) float query[MOST_DIM];
    const int64_t dim = a->head_dim;
    rotated(a, a->query, token * a->stride + head * dim, token, query);
    for (int64_t i = 0; i < dim; i += LANES) {
        write_as(IS_BF16, q->query, row * dim + i, times(every(a->scaling), load(query + i)));
        store(q->out + row * dim + i, zero());
    }
    q->total[row] = zero();
    q->most[row] = -INFINITY;
    q->last[row] = position;
    q->to[row] = token * a->out_stride + head * dim;
}

static void give(const Attend *a, const Queries *q, int64_t row)
{
    const vec share = every(1.0f / sum_of(q->total[row]));
    for (int64_t i = 0; i < a->head_dim; i += LANES)
        write_as(a->type, a->out, q->to[row] + i, times(share, load(q->out + row * a->head_dim + i)));
}

void phi_attend_tiles(const Attend *a, const int64_t *segment, int64_t first, int64_t tokens, int64_t head)
{
    const int64_t dim = a->head_dim, group = a->heads / a->kv_heads, wanted = tokens * group;
    const int64_t room = (segment[0] * a->kv_heads + head) * a->blocks * KEYS * dim;
    Queries q;
    for (int64_t done = 0, rows; done < wanted; done += rows) {
        rows = wanted - done < TILE_ROWS ? wanted - done : TILE_ROWS;
        for (int64_t r = 0; r < rows; r++) {
            const int64_t token = first + (done + r) / group;
            take(a, &q, r, segment[2] + token, head * group + (done + r) % group, segment[1] + token);
        }
        configure(rows);
        const int64_t end = q.last[rows - 1] + 1;
        const uint16_t *keys = (const uint16_t *)a->keys + room, *values = (const uint16_t *)a->values + room;
        for (int64_t at = 0; at < end; at += KEYS, keys += KEYS * dim, values += KEYS * dim) {
            score(dim, &q, keys);
            for (int64_t r = 0; r < rows; r++) weigh(dim, &q, r, at);
            for (int64_t half = 0; half < KEYS && at + half < end; half += HALF) {
                const int64_t left = end - at - half;
                const uint16_t *from = values + half * dim;
                gather(dim, &q, q.weights + half, left < HALF ? first_values(dim, &q, from, left) : from);
            }
        }
        for (int64_t r = 0; r < rows; r++) give(a, &q, r);
    }
    _tile_release();
}

#else

int phi_attends_in_tiles(void)
{
    return 0;
}

/* Never called: then attention is not in tiles. */
void phi_attend_tiles(const Attend *a, const int64_t *segment, int64_t first, int64_t tokens, int64_t head)
{
    (void)a, (void)segment, (void)first, (void)tokens, (void)head;
}

#endif
