#include <algorithm>

#include "core/encoding/text.h"
#include "io/pkcs11/errors.h"
#include "io/pkcs11/token_internal.h"

namespace tomme::pkcs11 {

namespace {

std::string named(const TokenInfo& token) {
  return "the token " + printable(token.label);
}

/// What is left of the tries, as far as the token tells.
std::string tries_left(const std::optional<TokenInfo>& token) {
  if (!token) return "";
  if (token->has(CKF_USER_PIN_LOCKED)) return ", and is locked now";
  if (token->has(CKF_USER_PIN_FINAL_TRY)) return "; one more wrong PIN locks it";
  if (token->has(CKF_USER_PIN_COUNT_LOW)) return "; it allows only a few more tries";
  return "";
}

}  // namespace

Token::~Token() {
  if (is_outdated()) return;
  for (const ck_session_handle_t session : idle_) module_->calls().C_CloseSession(session);
}

std::uint64_t Token::opened() const {
  const std::lock_guard lock(mutex_);
  return opened_;
}

Result<ck_session_handle_t> Token::open_session() const {
  ck_session_handle_t session = 0;
  const ck_rv_t value = module_->calls().C_OpenSession(slot_, CKF_SERIAL_SESSION, nullptr, nullptr, &session);
  if (value == CKR_OK) return session;
  return failed(named(info_) + " cannot be opened", value);
}

Result<Token::Lease> Token::lease() {
  std::unique_lock lock(mutex_);
  if (is_outdated()) is_lost_ = true;
  if (is_lost_ && refusal_) return std::unexpected(*refusal_);
  if (is_lost_) return fail(kPkcs11Gone, named(info_) + " was not opened again yet");
  if (idle_.empty()) {
    auto session = open_session();
    // A token may have few sessions: then those of the other threads have to do.
    if (!session && leased_ > 0 && session.error().is(kPkcs11Failed)) {
      given_back_.wait(lock, [this] { return !idle_.empty() || leased_ == 0; });
    }
    if (!session && idle_.empty()) return std::unexpected(std::move(session).error());
    if (session) idle_.push_back(*session);
  }
  const ck_session_handle_t session = idle_.back();
  idle_.pop_back();
  ++leased_;
  return Lease(*this, session);
}

void Token::give_back(ck_session_handle_t session, bool is_broken) {
  {
    const std::lock_guard lock(mutex_);
    --leased_;
    if (is_broken) {
      module_->calls().C_CloseSession(session);
    } else {
      idle_.push_back(session);
    }
  }
  given_back_.notify_all();
}

Result<void> Token::try_pin(ck_session_handle_t session, ck_user_type_t user) {
  if (refusal_) return std::unexpected(*refusal_);
  // C has no const here; the PIN is read only.
  auto* bytes = pin_ ? reinterpret_cast<unsigned char*>(const_cast<char*>(pin_->reveal().data())) : nullptr;
  const ck_rv_t value = module_->calls().C_Login(session, user, bytes, pin_ ? pin_->reveal().size() : 0);
  switch (value) {
    case CKR_OK:
    case CKR_USER_ALREADY_LOGGED_IN:
      return {};
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
      refusal_.emplace(kPkcs11Pin, named(info_) + " refused the PIN" + tries_left(module_->token_in(slot_)));
      break;
    case CKR_PIN_EXPIRED:
      refusal_.emplace(kPkcs11Pin, named(info_) + " says that its PIN has expired",
                       "set a new one: pkcs11-tool -c");
      break;
    case CKR_PIN_LOCKED:
      refusal_.emplace(kPkcs11PinLocked, named(info_) + " is locked: too many wrong PINs");
      break;
    case CKR_USER_PIN_NOT_INITIALIZED:
      return fail(kPkcs11NoPin, named(info_) + " has no user PIN yet",
                  "set one: pkcs11-tool --login --login-type so --init-pin");
    case CKR_FUNCTION_CANCELED:
      return fail(kPkcs11NoPin, named(info_) + " was not given its PIN");
    default:
      return failed("no login to " + named(info_), value);
  }
  return std::unexpected(*refusal_);
}

/// Asks for the PIN, unless the token would not take one.
Result<void> Token::learn_pin(const TokenInfo& now, const KeyUri& uri, const AskPin& ask) {
  if (now.has(CKF_USER_PIN_LOCKED)) {
    return fail(kPkcs11PinLocked, named(info_) + " is locked: too many wrong PINs");
  }
  if (now.has(CKF_PROTECTED_AUTHENTICATION_PATH)) return {};
  pin_ = TRY(ask(PinQuestion{uri, info_.label, now.has(CKF_USER_PIN_FINAL_TRY)}));
  return {};
}

Result<void> Token::log_in(const Lease& lease, const KeyUri& uri, const AskPin& ask) {
  const std::lock_guard lock(mutex_);
  if (refusal_) return std::unexpected(*refusal_);
  if (is_logged_in_) return {};
  const TokenInfo now = module_->token_in(slot_).value_or(info_);
  wants_login_ = now.has(CKF_LOGIN_REQUIRED);
  if (wants_login_) {
    TRY(learn_pin(now, uri, ask));
    TRY(try_pin(lease.session(), CKU_USER));
  }
  is_logged_in_ = true;
  return {};
}

Result<void> Token::log_in_for_signature(ck_session_handle_t session) {
  const std::lock_guard lock(mutex_);
  return try_pin(session, CKU_CONTEXT_SPECIFIC);
}

Result<void> Token::reopen(std::uint64_t opened) {
  std::unique_lock lock(mutex_);
  if (opened != opened_) return {};  // another thread did it
  is_lost_ = true;                   // no new lease
  // The number of a session that is closed may be used again: nobody shall hold one.
  given_back_.wait(lock, [&] { return leased_ == 0 || opened != opened_; });
  if (opened != opened_) return {};
  if (refusal_) return std::unexpected(*refusal_);
  if (!is_outdated()) module_->calls().C_CloseAllSessions(slot_);
  started_ = module_->started();
  idle_.clear();
  ++opened_;
  has_failed_ = true;  // until it is known to be another's fault
  const std::vector<TokenInfo> there = TRY(module_->tokens());
  const auto found = std::ranges::find_if(there, [&](const TokenInfo& t) { return t.is_same(info_); });
  has_failed_ = found != there.end();
  if (found == there.end()) return fail(kPkcs11Gone, named(info_) + " is not there any more");
  if (pin_ && found->has(CKF_USER_PIN_FINAL_TRY)) {
    return fail(kPkcs11LastTry, "one more wrong PIN locks " + named(info_) + "; that of before is not tried");
  }
  slot_ = found->slot;
  const ck_session_handle_t session = TRY(open_session());
  idle_.push_back(session);
  if (wants_login_) TRY(log_in_again(session));
  is_lost_ = has_failed_ = false;
  return {};
}

/// Some tokens (a TPM) count every login that fails, whatever it fails of: so it ends after a few.
Result<void> Token::log_in_again(ck_session_handle_t session) {
  auto done = try_pin(session, CKU_USER);
  failed_logins_ = done ? 0 : failed_logins_ + 1;
  if (!done && !refusal_ && failed_logins_ == kMostFailedLogins) {
    refusal_.emplace(done.error().code(),
                     done.error().message() + ", " + std::to_string(failed_logins_) + " times in a row",
                     "the PIN is not tried any more; when the token works again, start the program anew");
  }
  return done;
}

Result<void> Token::recover() {
  {
    const std::lock_guard lock(mutex_);
    if (!has_failed_ || refusal_ || is_outdated()) return {};
    has_failed_ = false;
  }
  return module_->restart();
}

}  // namespace tomme::pkcs11
