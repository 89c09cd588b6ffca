#pragma once

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "core/crypto/certificate_builder.h"
#include "core/encoding/pem.h"
#include "io/net/handler.h"
#include "io/net/http_server.h"
#include "io/net/stream.h"
#include "io/net/tls_identity.h"
#include "testing/folder.h"

namespace tomme::net::testing {

/// A certificate authority made for one test.
class TestAuthority {
 public:
  TestAuthority()
      : key_(*PrivateKey::generate(KeyType::ecdsa_p256)),
        certificate_(*Certificate::parse(
            issue_certificate(
                {.key = key_.public_key(), .common_name = "test root", .validity = validity(), .is_ca = true},
                key_, nullptr)
                ->der())) {}

  TlsIdentity issue(const std::string& host) const {
    auto key = *PrivateKey::generate(KeyType::ecdsa_p256);
    const bool ip = host == "127.0.0.1";
    const std::string raw_ip("\x7f\0\0\x01", 4);
    CertificateRequest request{
        .key = key.public_key(),
        .common_name = "",
        .validity = validity(),
        .extended_key_usages = {std::string(kEkuServerAuth)},
        .subject_names = {{ip ? SubjectName::Kind::ip : SubjectName::Kind::dns, ip ? raw_ip : host}}};
    return {{*issue_certificate(request, key_, &certificate_)}, key};
  }

  std::string pem() const { return to_pem("CERTIFICATE", certificate_.der()); }

 private:
  static TimeRange validity() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return {now - std::chrono::hours(1), now + std::chrono::hours(24)};
  }
  PrivateKey key_;
  Certificate certificate_;
};

using tomme::testing::TestFolder;

/// A handler out of a function, which remembers what it was asked.
class FunctionHandler final : public Handler {
 public:
  using Function = std::function<void(const Request&, ResponseWriter&)>;
  explicit FunctionHandler(Function function) : function_(std::move(function)) {}

  void handle(const Request& request, ResponseWriter& response) override {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    function_(request, response);
  }
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  const Function function_;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
};

/// Bytes over a plain loopback connection, for what no well-behaved client would send.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port)
      : stream_(make_plain_stream(*dial({"127.0.0.1", port}, in(5000), stop_), stop_)) {}

  void send(std::string_view text) {
    [[maybe_unused]] const auto sent = stream_->write(bytes_of(text), std::chrono::seconds(5));
  }
  /// Until the peer ends or cuts, or `text` has come.
  std::string read_until(std::string_view text, int milliseconds = 5000) {
    const Instant deadline = in(milliseconds);
    std::string all;
    std::array<std::uint8_t, 4096> piece;
    while (text.empty() || !all.contains(text)) {
      const auto got = stream_->read(piece, deadline);
      timed_out_ = !got && got.error().code().name == "net/timeout";
      was_cut_ = !got && !timed_out_;
      if (!got || *got == 0) break;
      all += text_of(BytesView(piece).first(*got));
    }
    return all;
  }
  std::string read_all(int milliseconds = 5000) { return read_until("", milliseconds); }
  std::string exchange(std::string_view text) {
    send(text);
    return read_all();
  }
  bool timed_out() const { return timed_out_; }
  bool was_cut() const { return was_cut_; }
  Stream& stream() { return *stream_; }
  /// A small receive buffer, so that the peer has to wait for us soon.
  void finish() { stream_->finish(); }
  std::unique_ptr<Stream> release() { return std::move(stream_); }
  const StopSignal& stop() const { return stop_; }

 private:
  static Instant in(int milliseconds) {
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  }
  StopSignal stop_;
  std::unique_ptr<Stream> stream_;
  bool timed_out_ = false;
  bool was_cut_ = false;
};

/// Runs a command line and gives its exit code and all it printed.
inline std::pair<int, std::string> run_command(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::string out;
  std::array<char, 4096> piece{};
  while (const std::size_t n = std::fread(piece.data(), 1, piece.size(), pipe)) out.append(piece.data(), n);
  const int status = ::pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, out};
}

inline bool have_curl() {
  return run_command("curl --version").first == 0;
}

}  // namespace tomme::net::testing
