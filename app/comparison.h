#pragma once

#include "inspect/comparison.h"

namespace jetvit {

// Prints a comparison of two data sets as tables.
void print_comparison(const Comparison& comparison);

// Prints of how many jets the pictures' spectra are.
void print_spectra(const Comparison& comparison);

}  // namespace jetvit
