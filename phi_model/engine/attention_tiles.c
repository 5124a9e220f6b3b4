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
    Query of[TILE_ROWS];
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

void phi_attend_tiles(const Attend *a, const int64_t *segment, int64_t first, int64_t tokens, int64_t head)
{
    const int64_t dim = a->head_dim, group = a->heads / a->kv_heads, wanted = tokens * group;
    const int64_t room = (segment[0] * a->kv_heads + head) * a->blocks * KEYS * dim;
    Queries q;
    for (int64_t done = 0, rows; done < wanted; done += rows) {
        rows = wanted - done < TILE_ROWS ? wanted - done : TILE_ROWS;
        for (int64_t r = 0; r < rows; r++) {
            const int64_t token = first + (done + r) / group;
            take(a, IS_BF16, segment[2] + token, head * group + (done + r) % group, segment[1] + token, q.query + r * dim,
                 q.out + r * dim, q.of + r);
        }
        configure(rows);
        const int64_t end = q.of[rows - 1].last + 1;
        const uint16_t *keys = (const uint16_t *)a->keys + room, *values = (const uint16_t *)a->values + room;
        for (int64_t at = 0; at < end; at += KEYS, keys += KEYS * dim, values += KEYS * dim) {
            score(dim, &q, keys);
            for (int64_t r = 0; r < rows; r++)
                weigh(IS_BF16, dim, q.scores + r * KEYS, at, q.weights + r * KEYS, q.out + r * dim, q.of + r);
            for (int64_t half = 0; half < KEYS && at + half < end; half += HALF) {
                const int64_t left = end - at - half;
                const uint16_t *from = values + half * dim;
                gather(dim, &q, q.weights + half, left < HALF ? first_values(dim, &q, from, left) : from);
            }
        }
        for (int64_t r = 0; r < rows; r++) give(a, q.out + r * dim, q.of + r);
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
