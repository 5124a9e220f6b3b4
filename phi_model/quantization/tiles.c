/* Products of tiles of bfloat16, 16 rows by 32 columns with 32 columns by 16 rows, by the instructions of Intel's AMX: one does
 * sixteen times the work of one on vectors.
 *
 * The weights lie in blocks of 64 rows, (columns / 2, 64 rows, 2 columns), as in `pairs.c`: four tiles side by side. Rows of x
 * are packed into tiles first, (strips of 16 rows, columns / 32, 16 rows, 32 columns). What 32 does not divide of the columns is left
 * to vectors. An instruction sums 16 pairs of columns for itself and adds them to the result, whatever the number of rows.
 */
#include "linear.h"

#if WIDE && defined(__AMX_TILE__) && defined(__AMX_BF16__) && defined(__AVX512BF16__) && defined(__linux__)

#include <sys/syscall.h>
#include <unistd.h>

#define BLOCK 64  /* output rows of a block: four tiles */
#define TALL 16   /* rows of a tile */
#define DEEP 32   /* columns of a tile of x */
#define STEP 4096 /* bytes of weights of a block and a tile's columns */
#define LINE 256  /* bytes of weights of a block and two columns */
#define SPAN 12   /* at most so many tiles of columns, then other rows of x meet the same weights: they stay in a cache */
#define FAR 8192  /* bytes by which prefetching runs ahead: a tile reads 1 KB at once */

/* The four tiles of sums become zero. */
#define CLEAR       \
    _tile_zero(0);  \
    _tile_zero(1);  \
    _tile_zero(2);  \
    _tile_zero(3)

/* Tiles 0 to 3 are sums, 4 and 5 rows of x, 6 and 7 weights. */
static void configure(int64_t rows)
{
    struct {
        uint8_t palette, start, unused[14];
        uint16_t bytes[16];
        uint8_t rows[16];
    } tiles = {.palette = 1};
    for (int t = 0; t < 8; t++) {
        tiles.bytes[t] = 64;
        tiles.rows[t] = t < 6 ? (uint8_t)rows : TALL;
    }
    /* gcc 12 takes the instruction to read 8 bytes, and would not write the others. */
    __asm__ volatile("" : : "r"(&tiles) : "memory");
    _tile_loadconfig(&tiles);
}

/* Whether the system lets this process use the tiles; Linux wants to be asked. */
int phi_tiles_allowed(void)
{
    enum { ARCH_GET_XCOMP_PERM = 0x1022, ARCH_REQ_XCOMP_PERM = 0x1023, TILE_DATA = 18 };
    unsigned long granted = 0;
    if (syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, TILE_DATA)) return 0;
    return !syscall(SYS_arch_prctl, ARCH_GET_XCOMP_PERM, &granted) && granted >> TILE_DATA & 1;
}

/* Does `rounds` times four products on registers. */
void phi_tiles_work(int64_t rounds)
{
    configure(TALL);
    CLEAR;
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
    CLEAR;
    for (int64_t step = 0; step < deep; step++, weight += STEP) {
        for (int64_t line = 0; line < STEP; line += 64) _mm_prefetch(weight + FAR + line, _MM_HINT_T0);
        _tile_loadd(4, x + step * height * DEEP, 64);
        _tile_loadd(6, weight, LINE);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(7, weight + 64, LINE);
        _tile_dpbf16ps(1, 4, 7);
        _tile_loadd(6, weight + 128, LINE);
        _tile_dpbf16ps(2, 4, 6);
        _tile_loadd(7, weight + 192, LINE);
        _tile_dpbf16ps(3, 4, 7);
    }
    _tile_stored(0, sums, LINE);
    _tile_stored(1, sums + 16, LINE);
    _tile_stored(2, sums + 32, LINE);
    _tile_stored(3, sums + 48, LINE);
}

/* Adds `steps` tiles of columns of half a block for two strips of rows, or for one, to sums (rows, 64), and asks for the
 * weights that are next: `lines` for each step. */
static void many(int both, const uint16_t *x, const uint16_t *next, const char *weight, int64_t steps, int begins,
                 const char *ahead, int64_t lines, float *sums)
{
    float *below = sums + TALL * BLOCK;
    if (begins) {
        CLEAR;
    } else {
        _tile_loadd(0, sums, LINE);
        _tile_loadd(1, sums + 16, LINE);
        if (both) _tile_loadd(2, below, LINE);
        if (both) _tile_loadd(3, below + 16, LINE);
    }
    for (int64_t step = 0; step < steps; step++, weight += STEP) {
        for (int64_t line = 0; line < lines; line++, ahead += 64) _mm_prefetch(ahead, _MM_HINT_T1);
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
            for (int i = 0; i < 4; i++) {
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
    __m512 bias[4];
    for (int i = 0; i < 4; i++) bias[i] = a->bias ? _mm512_loadu_ps(a->bias + column + 16 * i) : _mm512_setzero_ps();
    for (int64_t r = 0; r < rows; r++)
        for (int i = 0; i < 4; i += 2) {
            const __m512 low = _mm512_add_ps(_mm512_loadu_ps(sums + r * BLOCK + 16 * i), bias[i]);
            const __m512 high = _mm512_add_ps(_mm512_loadu_ps(sums + r * BLOCK + 16 * i + 16), bias[i + 1]);
            _mm512_storeu_si512((uint16_t *)a->out + (first + r) * a->n + column + 16 * i,
                                (__m512i)_mm512_cvtne2ps_pbh(high, low));
        }
}

/* Packs one strip of rows; those beyond the last are zero. */
static void pack(const Linear *a, int64_t strip, int64_t height, int64_t deep, uint16_t *x)
{
    for (int64_t r = 0; r < height; r++) {
        const int64_t row = strip * height + r;
        uint16_t *to = x + strip * height * deep * DEEP + r * DEEP;
        for (int64_t step = 0; step < deep; step++, to += height * DEEP) {
            const uint16_t *from = (const uint16_t *)a->x + row * a->k + step * DEEP;
            _mm512_store_si512(to, row < a->m ? _mm512_loadu_si512(from) : _mm512_setzero_si512());
        }
    }
}

/* The columns of a block for some strips of rows, in parts of equal length that the first cache holds. */
static void panel(int64_t strips, const uint16_t *x, const char *weight, int64_t deep, float *sums)
{
    const int64_t parts = (deep + SPAN - 1) / SPAN, length = parts ? (deep + parts - 1) / parts : 0;
    const int64_t size = TALL * deep * DEEP, lines = 64 / ((strips + 1) / 2 * 2) + 1;
    if (!deep) memset(sums, 0, (size_t)strips * TALL * BLOCK * sizeof(float));
    for (int64_t step = 0; step < deep; step += length) {
        const int64_t steps = deep - step < length ? deep - step : length;
        const char *from = weight + step * STEP, *ahead = from + steps * STEP;
        for (int half = 0; half < 2; half++)
            for (int64_t strip = 0; strip < strips; strip += 2, ahead += lines * steps * 64) {
                const uint16_t *rows = x + strip * size + step * TALL * DEEP;
                many(strip + 1 < strips, rows, rows + size, from + half * 128, steps, !step, ahead, lines,
                     sums + strip * TALL * BLOCK + half * 32);
            }
    }
}

static void block(const Linear *a, int64_t index, int64_t first, int64_t rows, const uint16_t *x, int64_t deep, float *sums)
{
    const char *weight = (const char *)a->weight + index * (a->k / 2) * LINE;
    /* Where a part is all, the sums of two strips need not wait for the others'. */
    const int64_t at_once = deep > SPAN || a->m <= TALL ? rows : 2 * TALL;
    for (int64_t r = 0; r < rows; r += at_once) {
        const int64_t count = rows - r < at_once ? rows - r : at_once, row = first + r;
        if (a->m <= TALL) few(x, a->m, weight, deep, sums);
        else panel((count + TALL - 1) / TALL, x + row * deep * DEEP, weight, deep, sums);
        rest(a, row, count, weight, sums);
        end(a, row, count, index * BLOCK, sums);
    }
}

/* Returns 0, or 1 where memory ran out. */
int phi_tiles(const Linear *a)
{
    const int64_t blocks = (a->n + BLOCK - 1) / BLOCK, deep = a->k / DEEP;
    const int64_t height = a->m < TALL ? a->m : TALL, strips = (a->m + height - 1) / height;
    const int64_t panel = a->m < PANEL ? strips * height : PANEL;
    uint16_t *x = aligned_alloc(64, (size_t)(strips * height * deep + 1) * DEEP * sizeof(uint16_t));
    int failed = 0;
    if (!x) return 1;
#pragma omp parallel num_threads(a->threads) reduction(| : failed)
    {
        float *sums = aligned_alloc(64, (size_t)panel * BLOCK * sizeof(float));
        failed = !sums;
        configure(height);
#pragma omp for
        for (int64_t strip = 0; strip < strips; strip++) pack(a, strip, height, deep, x);
        for (int64_t first = 0; first < a->m; first += panel) {
            const int64_t rows = a->m - first < panel ? a->m - first : panel;
#pragma omp for schedule(dynamic, portion_of(a, blocks)) nowait
            for (int64_t index = 0; index < blocks; index++)
                if (!failed) block(a, index, first, rows, x, deep, sums);
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
