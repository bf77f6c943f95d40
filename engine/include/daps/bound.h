/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bound on what grows with input, as its room states it: DAPS_BOUND(usual, small). Programs are built with the usual
 * one; fuzzing harnesses (DAPS_SMALL_BOUNDS) with the small one, so that a short input already reaches what happens at
 * it.
 */
#ifndef DAPS_BOUND_H
#define DAPS_BOUND_H

#ifdef DAPS_SMALL_BOUNDS
#define DAPS_BOUND(usual, small) (small)
#else
#define DAPS_BOUND(usual, small) (usual)
#endif

#endif
