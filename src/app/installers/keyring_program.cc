#include "app/installers/keyring_program.h"

#include <boost/process.hpp>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace tomme::guard {

namespace {

namespace process = boost::process;
constexpr std::size_t kMostBytes = 64 * 1024;  // of an answer

/// The first executable of that name, as a shell looks for it; empty where there is none.
std::string find_on_path(const net::Environment& environment) {
  const auto path = environment.find("PATH");
  std::string_view rest = path == environment.end() ? std::string_view() : path->second;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    std::string candidate = std::string(rest.substr(0, end)) + "/keyring";
    if (end > 0 && access(candidate.c_str(), X_OK) == 0) return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return "";
}

/// Which file it is, links followed, and as of when; nothing where there is none.
using Identity = std::tuple<dev_t, ino_t, off_t, std::int64_t, std::int64_t>;
std::optional<Identity> identity_of(const std::string& path) {
  struct stat status{};
  if (path.empty() || ::stat(path.c_str(), &status) != 0) return std::nullopt;
  return Identity(status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                  status.st_mtim.tv_nsec);
}

/// What it prints, without the line end; empty where it fails.
std::string run(const std::string& program, const net::Environment& environment, const std::string& service,
                const std::string& user, std::chrono::milliseconds patience) {
  process::environment own;
  for (const auto& [name, value] : environment) own[name] = value;
  boost::asio::io_context loop;
  process::async_pipe out(loop);
  std::error_code error;
  process::child child(program, process::args({"get", service, user}), own,
                       process::std_in<process::null, process::std_out> out, process::std_err > process::null,
                       error);
  if (error) return "";
  std::string text;
  boost::asio::async_read(out, boost::asio::dynamic_buffer(text, kMostBytes),
                          [](const boost::system::error_code&, std::size_t) {});
  loop.run_for(patience);
  if (!child.wait_for(std::chrono::milliseconds(200), error)) {
    child.terminate(error);
    return "";
  }
  if (child.exit_code() != 0) return "";
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

struct Answers {
  std::mutex mutex;  // guards what follows; held while it is asked, since a keyring may ask a person
  std::map<std::pair<std::string, std::string>, std::string> known;
};

}  // namespace

AskKeyring keyring_program(net::Environment environment, std::chrono::milliseconds patience) {
  const std::string program = find_on_path(environment);
  return [program, identity = identity_of(program), environment = std::move(environment), patience,
          answers = std::make_shared<Answers>()](const std::string& service,
                                                 const std::string& user) -> std::string {
    const std::lock_guard lock(answers->mutex);
    const auto [at, is_new] = answers->known.try_emplace({service, user});
    if (!is_new) return at->second;
    try {
      if (identity && identity_of(program) == identity)
        at->second = run(program, environment, service, user, patience);
    } catch (const std::exception&) {
      // Boost.Process throws where the system has no pipe or process left: then no password is known.
    }
    return at->second;
  };
}

}  // namespace tomme::guard
