/* The instructions for tiles in plain C, so that what is written for Intel's AMX runs on any processor with AVX-512: slow, and
 * right. Compiled in before every source. Names and meaning: Intel 64 and IA-32 Architectures Software Developer's Manual, AMX. */
#ifndef TILES_IN_C_H
#define TILES_IN_C_H

#include <immintrin.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __AMX_TILE__
#define __AMX_TILE__ 1
#define __AMX_INT8__ 1
#define __AMX_BF16__ 1
#endif

typedef struct {
    int rows, bytes;
    union { uint8_t bytes[16][64]; int8_t signed_bytes[16][64]; int32_t whole[16][16]; float value[16][16]; uint16_t half[16][32]; } of;
} Tile;

static _Thread_local Tile tiles_in_c[8];

__attribute__((unused, noinline)) static void c_configure(const uint8_t *config)
{
    for (int t = 0; t < 8; t++) {
        tiles_in_c[t].rows = config[48 + t];
        tiles_in_c[t].bytes = config[16 + 2 * t] | config[17 + 2 * t] << 8;
        memset(&tiles_in_c[t].of, 0, sizeof tiles_in_c[t].of);
    }
}

__attribute__((unused, noinline)) static void c_load(int t, const void *from, int64_t stride)
{
    for (int r = 0; r < tiles_in_c[t].rows; r++)
        memcpy(tiles_in_c[t].of.bytes[r], (const char *)from + r * stride, (size_t)tiles_in_c[t].bytes);
}

__attribute__((unused, noinline)) static void c_store(int t, void *to, int64_t stride)
{
    for (int r = 0; r < tiles_in_c[t].rows; r++)
        memcpy((char *)to + r * stride, tiles_in_c[t].of.bytes[r], (size_t)tiles_in_c[t].bytes);
}

__attribute__((unused, noinline)) static void c_bytes(Tile *sum, const Tile *x, const Tile *w)
{
    for (int r = 0; r < sum->rows; r++)
        for (int k = 0; k < w->rows; k++)
            for (int n = 0; n < sum->bytes / 4; n++)
                for (int i = 0; i < 4; i++)
                    sum->of.whole[r][n] += x->of.signed_bytes[r][4 * k + i] * w->of.bytes[k][4 * n + i];
}

static inline float c_widen(uint16_t half)
{
    const union { uint32_t bits; float value; } wide = { (uint32_t)half << 16 };
    return wide.value;
}

__attribute__((unused, noinline)) static void c_halves(Tile *sum, const Tile *x, const Tile *w)
{
    for (int r = 0; r < sum->rows; r++)
        for (int n = 0; n < sum->bytes / 4; n++) {
            float even = 0, odd = 0;
            for (int k = 0; k < w->rows; k++) {
                even += c_widen(x->of.half[r][2 * k]) * c_widen(w->of.half[k][2 * n]);
                odd += c_widen(x->of.half[r][2 * k + 1]) * c_widen(w->of.half[k][2 * n + 1]);
            }
            sum->of.value[r][n] += even + odd;
        }
}

/* What the system is asked for before a process may use tiles: it may. */
__attribute__((unused)) static long c_allowed(long number, long code, ...)
{
    va_list rest;
    va_start(rest, code);
    if (number == SYS_arch_prctl && code == 0x1022) *va_arg(rest, unsigned long *) = 1 << 18;
    va_end(rest);
    return 0;
}

#undef _tile_loadd
#undef _tile_stored
#undef _tile_zero
#undef _tile_dpbsud
#undef _tile_dpbf16ps
#define _tile_loadconfig(config) c_configure((const uint8_t *)(config))
#define _tile_release() (void)0
#define _tile_loadd(t, from, stride) c_load(t, from, stride)
#define _tile_stored(t, to, stride) c_store(t, to, stride)
#define _tile_zero(t) memset(&tiles_in_c[t].of, 0, sizeof tiles_in_c[t].of)
#define _tile_dpbsud(sum, x, w) c_bytes(tiles_in_c + (sum), tiles_in_c + (x), tiles_in_c + (w))
#define _tile_dpbf16ps(sum, x, w) c_halves(tiles_in_c + (sum), tiles_in_c + (x), tiles_in_c + (w))
#define syscall(...) c_allowed(__VA_ARGS__)

#endif
