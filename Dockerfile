FROM rust:1.95-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked --package vardbro \
    && cp target/release/vardbro /vardbro

FROM debian:bookworm-slim
# Whom the machine trusts, which EHRs' certificates are checked against. Without any, the program trusts what Mozilla does.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 vardbro \
    && useradd --system --uid 10001 --gid vardbro --home-dir /var/lib/vardbro --shell /usr/sbin/nologin vardbro \
    && install --directory --mode=0700 --owner=vardbro --group=vardbro /var/lib/vardbro /etc/vardbro/keys
COPY --from=build /vardbro /usr/local/bin/vardbro

# A container listens to its network; what of it is published is decided outside.
ENV VARDBRO_SERVER_LISTEN=0.0.0.0:8080 \
    VARDBRO_DATABASE_URL=sqlite:/var/lib/vardbro/vardbro.sqlite \
    VARDBRO_KEYS_FILE=/etc/vardbro/keys/vardbro-keys.toml \
    VARDBRO_LOG_FORMAT=json
USER 10001:10001
WORKDIR /var/lib/vardbro
# The database, if it is SQLite, and the key file: two volumes, so that copies of them are apart.
VOLUME ["/var/lib/vardbro", "/etc/vardbro/keys"]
EXPOSE 8080
STOPSIGNAL SIGTERM
# Of the port above, without TLS: with a certificate in the container, replace it by a check from outside.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && head --lines=1 <&3 | grep --quiet ' 200 '"]
ENTRYPOINT ["vardbro"]
CMD ["serve"]
