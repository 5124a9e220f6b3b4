/* Tiles of Intel's AMX, for products of bfloat16 (`tiles.c`), of bytes (`byte_tiles.c`) and attention. */
#ifndef PHI_TILES_H
#define PHI_TILES_H

#include "simd.h"

#define TALL 16 /* rows of a tile */

/* Whether the system lets this process use them. */
int phi_tiles_allowed(void);

#if WIDE && defined(__AMX_TILE__) && defined(__linux__)

#define HAVE_TILES 1

/* The four tiles of sums become zero. */
#define CLEAR_SUMS  \
    _tile_zero(0);  \
    _tile_zero(1);  \
    _tile_zero(2);  \
    _tile_zero(3)

/* Tiles 0 to 3 are sums, 4 and 5 rows of x, 6 and 7 weights. */
static inline void configure(int64_t rows)
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

/* Memory that is next, so many lines of it for each step. */
typedef struct {
    const char *at;
    int64_t lines;
} Ahead;

INLINE void ask(Ahead *ahead)
{
    for (int64_t line = 0; line < ahead->lines; line++, ahead->at += 64) _mm_prefetch(ahead->at, _MM_HINT_T1);
}

#endif

#endif
