/*
 * colour - distances between colours: CIEDE2000 (ISO/CIE 11664-6) on CIE L*a*b* of sRGB (IEC 61966-2-1, white D65).
 * One thing to know: angles are degrees throughout, as the formula is printed.
 */
#include "ui/colour.h"

#include <math.h>

#define COLOUR_PI 3.14159265358979323846

static double
colour_linear(unsigned v)
{
	double s = v / 255.0;

	return s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
}

static double
colour_lab_f(double t)
{
	return t > 216.0 / 24389.0 ? cbrt(t) : (24389.0 / 27.0 * t + 16) / 116;
}

struct colour_lab
colour_lab(uint32_t rgb)
{
	double r = colour_linear(rgb >> 16 & 255), g = colour_linear(rgb >> 8 & 255), b = colour_linear(rgb & 255);
	double x = colour_lab_f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
	double y = colour_lab_f(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
	double z = colour_lab_f((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);

	return (struct colour_lab){ 116 * y - 16, 500 * (x - y), 200 * (y - z) };
}

static double
colour_rad(double degrees)
{
	return degrees * COLOUR_PI / 180;
}

static double
colour_pow7(double v)
{
	return v * v * v * v * v * v * v;
}

/* Chroma's own weight: 0 for grays, 1 for strong colours. */
static double
colour_strength(double chroma)
{
	return sqrt(colour_pow7(chroma) / (colour_pow7(chroma) + colour_pow7(25)));
}

static double
colour_hue(double a, double b)
{
	double h;

	if (a == 0 && b == 0)
		return 0;
	h = atan2(b, a) * 180 / COLOUR_PI;
	return h < 0 ? h + 360 : h;
}

/* The shorter way round, -180..180; 0 where one of them has no hue. */
static double
colour_hue_step(double h1, double h2, double chromas)
{
	double d = h2 - h1;

	if (chromas == 0)
		return 0;
	return d > 180 ? d - 360 : d < -180 ? d + 360 : d;
}

static double
colour_hue_mean(double h1, double h2, double chromas)
{
	double sum = h1 + h2;

	if (chromas == 0)
		return sum;
	if (fabs(h1 - h2) <= 180)
		return sum / 2;
	return sum < 360 ? (sum + 360) / 2 : (sum - 360) / 2;
}

static double
colour_hue_weight(double h)
{
	return 1 - 0.17 * cos(colour_rad(h - 30)) + 0.24 * cos(colour_rad(2 * h)) + 0.32 * cos(colour_rad(3 * h + 6)) -
	    0.20 * cos(colour_rad(4 * h - 63));
}

double
colour_distance(struct colour_lab x, struct colour_lab y)
{
	double g = 0.5 * (1 - colour_strength((hypot(x.a, x.b) + hypot(y.a, y.b)) / 2));
	double a1 = x.a * (1 + g), a2 = y.a * (1 + g), c1 = hypot(a1, x.b), c2 = hypot(a2, y.b);
	double h1 = colour_hue(a1, x.b), h2 = colour_hue(a2, y.b), hue = colour_hue_mean(h1, h2, c1 * c2);
	double lightness = (x.l + y.l) / 2 - 50, chroma = (c1 + c2) / 2;
	double dl = (y.l - x.l) / (1 + 0.015 * lightness * lightness / sqrt(20 + lightness * lightness));
	double dc = (c2 - c1) / (1 + 0.045 * chroma);
	double dh = 2 * sqrt(c1 * c2) * sin(colour_rad(colour_hue_step(h1, h2, c1 * c2) / 2)) /
	    (1 + 0.015 * chroma * colour_hue_weight(hue));
	double turn = 30 * exp(-((hue - 275) / 25) * ((hue - 275) / 25));
	double rt = -sin(colour_rad(2 * turn)) * 2 * colour_strength(chroma);

	return sqrt(dl * dl + dc * dc + dh * dh + rt * dc * dh);
}

uint32_t
colour_palette(unsigned index)
{
	static const uint32_t names[16] = { 0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa,
		0xaaaaaa, 0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff };
	static const uint8_t steps[6] = { 0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff };
	uint32_t gray;

	if (index < 16)
		return names[index];
	if (index >= 232) {
		gray = 8 + (index - 232) * 10;
		return gray << 16 | gray << 8 | gray;
	}
	index -= 16;
	return (uint32_t)steps[index / 36] << 16 | (uint32_t)steps[index / 6 % 6] << 8 | steps[index % 6];
}

unsigned
colour_nearest(uint32_t rgb, unsigned first, unsigned last)
{
	struct colour_lab want = colour_lab(rgb);
	double best_distance = INFINITY;
	unsigned best = first;

	for (unsigned i = first; i <= last; i++) {
		double d = colour_distance(want, colour_lab(colour_palette(i)));

		if (d < best_distance) {
			best_distance = d;
			best = i;
		}
	}
	return best;
}
