/*
 * colour - how far apart two colours are to the eye.
 */
#ifndef UI_COLOUR_H
#define UI_COLOUR_H

#include <stdint.h>

/* CIE L*a*b*, D65. */
struct colour_lab {
	double l, a, b;
};

/* Of sRGB 0xRRGGBB. */
struct colour_lab colour_lab(uint32_t rgb);

/* CIEDE2000 with weights of 1; about 2 is where the eye begins to see. */
double colour_distance(struct colour_lab x, struct colour_lab y);

/* The 256 fixed colours as most terminals show them: 16 names, the 6x6x6 cube, 24 grays. */
uint32_t colour_palette(unsigned index);

/* The palette index first..last that is nearest. */
unsigned colour_nearest(uint32_t rgb, unsigned first, unsigned last);

#endif
