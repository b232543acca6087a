#pragma once

namespace jetvit {

// The probability that a variable of Student's t distribution with `freedom` degrees of freedom is at least |t| away
// from 0, to about 1e-12 up to 1,000 degrees of freedom and 1e-7 beyond. `freedom`: above 0; infinity gives the normal
// distribution. From the continued fraction of the incomplete beta function (NIST Digital Library of Mathematical
// Functions, 8.17.22).
double student_p_value(double t, double freedom);

// The t whose p-value this is. `p_value`: between 0 and 1.
double student_quantile(double p_value, double freedom);

}  // namespace jetvit
