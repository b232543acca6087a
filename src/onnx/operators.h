#pragma once

#include <functional>
#include <map>
#include <string>

#include "onnx/call.h"

namespace jetvit::onnx {

// Appends the nodes of a call to its graph and names its outputs.
using Emit = std::function<void(const Call&)>;
using Operators = std::map<std::string, Emit>;

// The translations, by the names of libtorch's operators: of those that compute, and of those that only rearrange.
const Operators& computing_operators();
const Operators& rearranging_operators();

// Throws Error where the operator has no translation, or where it is called in a way that has none.
void translate_call(const Call& call);

}  // namespace jetvit::onnx
