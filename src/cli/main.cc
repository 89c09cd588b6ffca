#include <csignal>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>

#include "cli/options.h"
#include "cli/term.h"
#include "cli/verbs.h"

namespace {

using namespace tomme;

class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
};

Result<int> dispatch(const cli::Command& command, const Clock& clock) {
  if (const auto* show = std::get_if<cli::ShowText>(&command)) {
    cli::print(show->text);
    return 0;
  }
  if (const auto* verify = std::get_if<cli::VerifyCommand>(&command)) return cli::verify(*verify, clock);
  if (const auto* inspect = std::get_if<cli::InspectCommand>(&command)) return cli::inspect(*inspect);
  if (const auto* run = std::get_if<cli::RunCommand>(&command)) return cli::run(*run, clock);
  if (const auto* tuf = std::get_if<cli::TufClientCommand>(&command)) return cli::tuf_client(*tuf, clock);
  if (const auto* trust = std::get_if<cli::TrustCommand>(&command)) return cli::trust(*trust, clock);
  if (const auto* tuf = std::get_if<cli::TufCommand>(&command)) return cli::tuf(*tuf, clock);
  return cli::sigstore(std::get<cli::SigstoreCommand>(command), clock);
}

int exit_code(const Error& error) {
  cli::print_error(error);
  return std::to_underlying(error.outcome());
}

}  // namespace

int main(int argc, char** argv) {
  cli::occupy_standard_streams();
  const SystemClock clock;
  const std::span<char* const> words(argv, static_cast<std::size_t>(argc));
  const bool has_children = words.size() > 1 && std::string_view(words[1]) == "run";
  // A limit on the size of files is said as a full disk is; what `run` starts would inherit that.
  if (!has_children) std::signal(SIGXFSZ, SIG_IGN);
  if (has_children) cli::begin_lines_with_our_name();
  const Result<cli::Command> command = cli::parse_command_line(words);
  if (!command) {
    cli::report_misunderstood_run(words, command.error());
    return exit_code(command.error());
  }
  const Result<int> code = dispatch(*command, clock);
  if (!code) return exit_code(code.error());
  if (const Result<void> written = cli::flush_output(); !written) return exit_code(written.error());
#ifdef NDEBUG
  std::_Exit(*code);  // all is written, and the kernel frees faster than the libraries clean up
#endif
  return *code;
}
