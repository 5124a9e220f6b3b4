# The page on a CPU, for everyone who has no Space.
#   docker build -t phi-code-studio --build-arg TORCH_INDEX=ADDRESS .
# ADDRESS is PyTorch's package index for CPUs; without it torch's default build brings gigabytes of CUDA.
# (podman and buildah keep the health check only with --format docker.)
#   docker run --rm -p 7860:7860 --read-only --tmpfs /tmp -v phi-cache:/cache phi-code-studio
# Another model: add --model microsoft/phi-1 at the end; a password: -e PHI_AUTH=user:password.
FROM python:3.11-slim

# A compiler: the CPU's packed products are built for the processor that the container finds itself on. Any version will do.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*

RUN useradd --create-home --uid 1000 phi && install -d -o phi -g phi /cache
WORKDIR /app

# Before the code, which changes more often.
ARG TORCH_INDEX
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements.txt .
# hadolint ignore=DL3013
RUN pip install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "$(grep '^torch==' requirements.txt)" \
    && pip install -r requirements.txt

COPY app.py README.md LICENSE ./
COPY phi_model phi_model
COPY ui ui
COPY assets assets
# With a root that cannot be written, nothing can be compiled when it starts.
RUN python -m compileall -q phi_model ui app.py

# By number, so that a host can see that it is not root.
USER 1000:1000
# All that is written goes to the volume (models, compiled products) or to /tmp.
ENV HF_HOME=/cache/huggingface XDG_CACHE_HOME=/cache GRADIO_TEMP_DIR=/tmp/gradio \
    GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=7860 PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# A container's first process hears no SIGTERM until it serves; Python always hears this one.
STOPSIGNAL SIGINT
VOLUME /cache
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"GRADIO_SERVER_PORT\"]}/health', timeout=4)"]
ENTRYPOINT ["python", "app.py"]
