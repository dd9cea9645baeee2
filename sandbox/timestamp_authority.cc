#include "sandbox/timestamp_authority.h"

#include <openssl/bio.h>
#include <openssl/ts.h>

#include <memory>
#include <utility>

#include "common/random.h"
#include "sigstore/encoding/openssl.h"
#include "sigstore/verify/timestamp.h"

namespace signet::sandbox {
namespace {

namespace openssl = sigstore::openssl;
using Request = openssl::Handle<TS_REQ, TS_REQ_free>;
using Response = openssl::Handle<TS_RESP, TS_RESP_free>;
using Context = openssl::Handle<TS_RESP_CTX, TS_RESP_CTX_free>;
using Integer = openssl::Handle<ASN1_INTEGER, ASN1_INTEGER_free>;
using ObjectId = openssl::Handle<ASN1_OBJECT, ASN1_OBJECT_free>;
using MemoryBio = openssl::Handle<BIO, BIO_free_all>;

constexpr const char* kPolicy = "1.3.6.1.4.1.57264.2";  // Sigstore's own

Integer random_integer() {
  const Bytes bytes = random_bytes(8);
  const openssl::Handle<BIGNUM, BN_free> number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  return Integer(BN_to_ASN1_INTEGER(number.get(), nullptr));
}

ASN1_INTEGER* serial_number(TS_RESP_CTX*, void*) { return random_integer().release(); }

int current_time(TS_RESP_CTX*, void* opaque, long* seconds, long* microseconds) {
  *seconds = static_cast<long>(unix_seconds(*static_cast<const WallTime*>(opaque)));
  *microseconds = 0;
  return 1;
}

/// @param time  must outlive the context
Context make_context(const Authority& signer, WallTime& time) {
  Context context(TS_RESP_CTX_new());
  const ObjectId policy(OBJ_txt2obj(kPolicy, 1));
  TS_RESP_CTX* ctx = context.get();
  const bool ok = TS_RESP_CTX_set_signer_cert(ctx, signer.certificate.native()) == 1 &&
                  TS_RESP_CTX_set_signer_key(ctx, signer.key.native()) == 1 &&
                  TS_RESP_CTX_set_signer_digest(ctx, EVP_sha256()) == 1 &&
                  TS_RESP_CTX_set_ess_cert_id_digest(ctx, EVP_sha256()) == 1 &&
                  TS_RESP_CTX_set_def_policy(ctx, policy.get()) == 1 && TS_RESP_CTX_add_md(ctx, EVP_sha256()) == 1 &&
                  TS_RESP_CTX_add_md(ctx, EVP_sha384()) == 1 && TS_RESP_CTX_add_md(ctx, EVP_sha512()) == 1 &&
                  TS_RESP_CTX_set_accuracy(ctx, 1, 0, 0) == 1;
  TS_RESP_CTX_set_time_cb(ctx, current_time, &time);
  TS_RESP_CTX_set_serial_cb(ctx, serial_number, nullptr);
  return ok ? std::move(context) : Context();
}

/// The request that is answered in place of the one that was made.
Bytes altered(TS_REQ* request, const StampOptions& options) {
  if (options.other_nonce) TS_REQ_set_nonce(request, random_integer().get());
  if (options.other_imprint) {
    const ASN1_OCTET_STRING* message = TS_MSG_IMPRINT_get_msg(TS_REQ_get_msg_imprint(request));
    Bytes changed(message->data, message->data + message->length);
    if (!changed.empty()) changed[0] ^= 1U;
    TS_MSG_IMPRINT_set_msg(TS_REQ_get_msg_imprint(request), changed.data(), static_cast<int>(changed.size()));
  }
  return openssl::encode(request, i2d_TS_REQ);
}

}  // namespace

TimestampAuthority::TimestampAuthority(Hierarchy trusted, const Clock& clock)
    : trusted_(std::move(trusted)),
      untrusted_(make_timestamp_authority(SoftwareKey::generate(), SoftwareKey::generate(),
                                          trusted_.root.certificate.not_before())),
      clock_(clock) {}

Result<Bytes> TimestampAuthority::answer(ByteView request, const StampOptions& options) const {
  const openssl::ErrorScope errors;
  const unsigned char* at = request.data();
  const Request parsed(d2i_TS_REQ(nullptr, &at, static_cast<long>(request.size())));
  if (!parsed || at != request.data() + request.size()) return fail(ErrorCode::InvalidRequest, "not a TimeStampReq");
  const Bytes answered = altered(parsed.get(), options);
  WallTime time = options.time.value_or(clock_.now());
  const Hierarchy& authority = options.by_other_key ? untrusted_ : trusted_;
  const Context context = make_context(authority.issuing, time);
  const MemoryBio bio(BIO_new_mem_buf(answered.data(), static_cast<int>(answered.size())));
  if (!context || !bio) return fail(ErrorCode::Bug, "OpenSSL cannot begin a timestamp: " + errors.reason());
  const Response response(TS_RESP_create_response(context.get(), bio.get()));
  if (!response) return fail(ErrorCode::Bug, "OpenSSL cannot make a timestamp: " + errors.reason());
  return openssl::encode(response.get(), i2d_TS_RESP);
}

Result<Bytes> TimestampAuthority::stamp(const Digest& imprint, const StampOptions& options) const {
  return answer(sigstore::encode_timestamp_request(imprint, random_bytes(8)), options);
}

bool is_granted(ByteView response) {
  const openssl::ErrorScope errors;
  const unsigned char* at = response.data();
  const Response parsed(d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size())));
  if (!parsed) return false;
  return ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(parsed.get()))) == TS_STATUS_GRANTED;
}

}  // namespace signet::sandbox
