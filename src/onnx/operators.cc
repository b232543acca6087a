#include "onnx/operators.h"

#include "base/error.h"
#include "base/text.h"

namespace jetvit::onnx {

void translate_call(const Call& call) {
  for (const Operators* operators : {&computing_operators(), &rearranging_operators()}) {
    if (const auto found = operators->find(call.operator_name()); found != operators->end()) return found->second(call);
  }
  throw Error(text("the operator ", call.operator_name(), " has no translation to ONNX"));
}

}  // namespace jetvit::onnx
