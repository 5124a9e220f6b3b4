/* Products of tiles of bfloat16, 16 rows by 32 columns with 32 columns by 16 rows, by the instructions of Intel's AMX: one does
 * sixteen times the work of one on vectors.
 *
 * The weights lie in blocks of 32 rows, (columns / 2, 32 rows, 2 columns): two tiles side by side, and what a product of
 * some columns needs in one piece, which uses all of the first cache's sets. Rows of x are packed into tiles first, (strips of
 * 16 rows, columns / 32, 16 rows, 32 columns). What 32 does not divide of the columns is left to vectors. An instruction sums 16
 * pairs of columns for itself and adds them to the result, whatever the number of rows.
 */
#include "linear.h"
#include "tiles.h"

#if defined(HAVE_TILES) && defined(__AMX_BF16__) && defined(__AVX512BF16__)

#include <sys/syscall.h>
#include <unistd.h>

#define BLOCK 32   /* output rows of a block: two tiles */
#define DEEP 32    /* columns of a tile of x */
#define STEP 2048  /* bytes of weights of a block and a tile's columns */
#define LINE 128   /* bytes of weights of a block and two columns, and of a row of its sums */
#define SPAN 8     /* at most so many tiles of columns, then other rows of x meet the same weights: they stay in the first cache */
#define MOST 512   /* rows of x for which weights are read once: their columns of a span stay in the second cache */
#define WIDTH 16   /* blocks that meet those columns one after the other, so that the rows are read seldom */
#define FAR 8192   /* bytes by which prefetching runs ahead: a tile reads 1 KB at once */

/* Whether the system lets this process use the tiles; Linux wants to be asked. */
static int ask_for_tiles(void)
{
    enum { ARCH_GET_XCOMP_PERM = 0x1022, ARCH_REQ_XCOMP_PERM = 0x1023, TILE_DATA = 18 };
    unsigned long granted = 0;
    if (syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, TILE_DATA)) return 0;
    return !syscall(SYS_arch_prctl, ARCH_GET_XCOMP_PERM, &granted) && granted >> TILE_DATA & 1;
}

int phi_tiles_allowed(void)
{
    static int answer = -1; /* the same for every thread, whoever asks first */
    int known = __atomic_load_n(&answer, __ATOMIC_RELAXED);
    if (known < 0) {
        known = ask_for_tiles();
        __atomic_store_n(&answer, known, __ATOMIC_RELAXED);
    }
    return known;
}

/* Does `rounds` times four products on registers. */
void phi_tiles_work(int64_t rounds)
{
    configure(TALL);
    CLEAR_SUMS;
    _tile_zero(4);
    _tile_zero(6);
    while (rounds--) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 6);
        _tile_dpbf16ps(2, 4, 6);
        _tile_dpbf16ps(3, 4, 6);
    }
    _tile_release();
}

/* One strip of rows, and all columns: what has few rows reads its weights once, as they come from memory. */
static void few(const uint16_t *x, int64_t height, const char *weight, int64_t deep, float *sums)
{
    CLEAR_SUMS;
    for (int64_t step = 0; step < deep; step++, weight += STEP) {
        for (int64_t line = 0; line < STEP; line += 64) _mm_prefetch(weight + FAR + line, _MM_HINT_T0);
        _tile_loadd(4, x + step * height * DEEP, 64);
        _tile_loadd(6, weight, LINE);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(7, weight + 64, LINE);
        _tile_dpbf16ps(1, 4, 7);
    }
    _tile_stored(0, sums, LINE);
    _tile_stored(1, sums + 16, LINE);
}

/* Adds `steps` tiles of columns of a block for two strips of rows, or for one, to sums (rows, 32), and asks for the weights and
 * the rows that are next. */
static void many(int both, const uint16_t *x, const uint16_t *next, const char *weight, int64_t steps, int begins,
                 Ahead *weights, Ahead *rows, float *sums)
{
    float *below = sums + TALL * BLOCK;
    if (begins) {
        CLEAR_SUMS;
    } else {
        _tile_loadd(0, sums, LINE);
        _tile_loadd(1, sums + 16, LINE);
        if (both) _tile_loadd(2, below, LINE);
        if (both) _tile_loadd(3, below + 16, LINE);
    }
    for (int64_t step = 0; step < steps; step++, weight += STEP) {
        ask(weights);
        ask(rows);
        _tile_loadd(4, x + step * TALL * DEEP, 64);
        _tile_loadd(6, weight, LINE);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(7, weight + 64, LINE);
        _tile_dpbf16ps(1, 4, 7);
        if (!both) continue;
        _tile_loadd(5, next + step * TALL * DEEP, 64);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, sums, LINE);
    _tile_stored(1, sums + 16, LINE);
    if (both) _tile_stored(2, below, LINE);
    if (both) _tile_stored(3, below + 16, LINE);
}

/* Adds the columns that fill no tile, two at a time. */
static void rest(const Linear *a, int64_t first, int64_t rows, const char *weight, float *sums)
{
    for (int64_t column = a->k / DEEP * DEEP; column < a->k; column += 2)
        for (int64_t r = 0; r < rows; r++) {
            int32_t both;
            memcpy(&both, (const uint16_t *)a->x + (first + r) * a->k + column, 4);
            const __m512bh value = (__m512bh)_mm512_set1_epi32(both);
            for (int i = 0; i < 2; i++) {
                const __m512bh w = (__m512bh)_mm512_loadu_si512(weight + column / 2 * LINE + 64 * i);
                float *at = sums + r * BLOCK + 16 * i;
                _mm512_storeu_ps(at, _mm512_dpbf16_ps(_mm512_loadu_ps(at), w, value));
            }
        }
}

/* As `finish`, where a block is whole and the result bfloat16: that would take a third of the time of a product of few columns. */
static void end(const Linear *a, int64_t first, int64_t rows, int64_t column, const float *sums)
{
    if (a->out_type == IS_FLOAT || a->n - column < BLOCK) {
        finish(a, first, rows, column, BLOCK, sums);
        return;
    }
    __m512 bias[2];
    for (int i = 0; i < 2; i++) bias[i] = a->bias ? _mm512_loadu_ps(a->bias + column + 16 * i) : _mm512_setzero_ps();
    for (int64_t r = 0; r < rows; r++) {
        const __m512 low = _mm512_add_ps(_mm512_loadu_ps(sums + r * BLOCK), bias[0]);
        const __m512 high = _mm512_add_ps(_mm512_loadu_ps(sums + r * BLOCK + 16), bias[1]);
        _mm512_storeu_si512((uint16_t *)a->out + (first + r) * a->n + column, (__m512i)_mm512_cvtne2ps_pbh(high, low));
    }
}

/* How the columns are cut: parts of `length` tiles, the last perhaps shorter. */
typedef struct {
    int64_t deep, parts, length, strips, height;
} Cut;

/* Where a strip's tiles of a part lie: a part of all strips is in one piece, which the second cache holds whole. */
static inline int64_t place(const Cut *c, int64_t part, int64_t strip)
{
    const int64_t step = part * c->length, steps = c->deep - step < c->length ? c->deep - step : c->length;
    return (step * c->strips + strip * steps) * c->height * DEEP;
}

/* Packs one strip of rows; those beyond the last are zero. */
static void pack(const Linear *a, const Cut *c, int64_t strip, uint16_t *x)
{
    for (int64_t r = 0; r < c->height; r++) {
        const int64_t row = strip * c->height + r;
        const uint16_t *from = (const uint16_t *)a->x + row * a->k;
        for (int64_t part = 0, step = 0; part < c->parts; part++) {
            uint16_t *to = x + place(c, part, strip) + r * DEEP;
            for (int64_t i = 0; i < c->length && step < c->deep; i++, step++, from += DEEP, to += c->height * DEEP)
                _mm512_store_si512(to, row < a->m ? _mm512_loadu_si512(from) : _mm512_setzero_si512());
        }
    }
}

static inline const char *weights_of(const Linear *a, int64_t index)
{
    return (const char *)a->weight + index * (a->k / 2) * LINE;
}

/* One block for at most one strip of rows. */
static void short_block(const Linear *a, int64_t index, const uint16_t *x, int64_t deep, float *sums)
{
    few(x, a->m, weights_of(a, index), deep, sums);
    rest(a, 0, a->m, weights_of(a, index), sums);
    end(a, 0, a->m, index * BLOCK, sums);
}

/* `count` blocks for rows first.. of x, part by part. */
static void blocks_of(const Linear *a, const Cut *c, int64_t index, int64_t count, int64_t first, int64_t rows, const uint16_t *x,
                      float *sums)
{
    const int64_t strips = (rows + TALL - 1) / TALL, block = strips * TALL * BLOCK, pairs = (strips + 1) / 2;
    for (int64_t part = 0, step = 0; part < c->parts; part++, step += c->length) {
        const int64_t steps = c->deep - step < c->length ? c->deep - step : c->length, last = part + 1 == c->parts;
        const uint16_t *at = x + place(c, part, first / TALL);
        Ahead next = { (const char *)(x + place(c, last ? 0 : part + 1, first / TALL)), 32 / count };
        for (int64_t i = 0; i < count; i++) {
            const char *weight = weights_of(a, index + i), *from = weight + step * STEP;
            /* The next block's of this part, then the first's of the next. */
            Ahead ahead = { i + 1 < count ? weights_of(a, index + i + 1) + step * STEP
                            : last        ? weights_of(a, index + count)
                                          : weights_of(a, index) + (step + steps) * STEP,
                            (STEP / 64 + pairs - 1) / pairs };
            for (int64_t strip = 0; strip < strips; strip += 2) {
                const int64_t row = strip * TALL, left = rows - row, tall = left < 2 * TALL ? left : 2 * TALL;
                const uint16_t *one = at + strip * steps * TALL * DEEP;
                float *to = sums + i * block + row * BLOCK;
                many(strip + 1 < strips, one, one + steps * TALL * DEEP, from, steps, !part, &ahead, &next, to);
                if (!last) continue;
                rest(a, first + row, tall, weight, to);
                end(a, first + row, tall, (index + i) * BLOCK, to);
            }
        }
    }
}

/* Returns 0, or 1 where memory ran out. */
int phi_tiles(const Linear *a)
{
    const int64_t blocks = (a->n + BLOCK - 1) / BLOCK, deep = a->k / DEEP;
    const int64_t height = a->m < TALL ? a->m : TALL, strips = (a->m + height - 1) / height;
    const int64_t parts = a->m > TALL && deep > SPAN ? (deep + SPAN - 1) / SPAN : 1;
    const Cut cut = { deep, parts, (deep + parts - 1) / parts, strips, height };
    const int64_t panel = strips * height < MOST ? strips * height : MOST;
    const int64_t width = a->m <= TALL ? 1 : blocks_at_once(a, blocks, WIDTH);
    uint16_t *x = aligned_alloc(64, (size_t)(strips * height * deep + 1) * DEEP * sizeof(uint16_t));
    int failed = 0;
    if (!x) return 1;
#pragma omp parallel num_threads(a->threads) reduction(| : failed)
    {
        float *sums = aligned_alloc(64, (size_t)(panel * width) * BLOCK * sizeof(float));
        failed = !sums;
        configure(height);
#pragma omp for
        for (int64_t strip = 0; strip < strips; strip++) pack(a, &cut, strip, x);
        for (int64_t first = 0; first < a->m; first += panel) {
            const int64_t rows = a->m - first < panel ? a->m - first : panel;
#pragma omp for schedule(dynamic, width > 1 ? 1 : portion_of(a, blocks)) nowait
            for (int64_t index = 0; index < blocks; index += width) {
                const int64_t count = blocks - index < width ? blocks - index : width;
                if (failed) continue;
                if (a->m <= TALL) short_block(a, index, x, deep, sums);
                else blocks_of(a, &cut, index, count, first, rows, x, sums);
            }
        }
        _tile_release(); /* others use them too, and a thread that has none is switched faster */
        free(sums);
    }
    free(x);
    return failed;
}

#else

int phi_tiles_allowed(void)
{
    return 0;
}

void phi_tiles_work(int64_t rounds)
{
    (void)rounds;
}

/* Never called: `phi_rates` gives tiles no rate then. */
int phi_tiles(const Linear *a)
{
    (void)a;
    return 1;
}

#endif
