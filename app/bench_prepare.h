#pragma once

namespace CLI {
class App;
}

namespace jetvit {

void add_bench_prepare(CLI::App& bench);  // jetvit bench prepare

}  // namespace jetvit
