# One image for every process of smarketing: web, worker, beat, bell, the migration before them and the backup.
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 SMARKETING_DATA=/data HOME=/tmp
WORKDIR /app

COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/base.txt

# The code belongs to root and is compiled once: the processes write to /data and /tmp only.
COPY . .
RUN python manage.py messages --compile \
 && python -m compileall -q smarketing personas leads sla reporting \
 && useradd --system --uid 10001 --no-create-home smarketing \
 && mkdir -p /data /backups && chown smarketing:smarketing /data /backups && chmod 700 /data /backups

USER smarketing
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["python", "docker/healthy.py"]
CMD ["gunicorn", "smarketing.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--worker-class", "gthread", "--timeout", "60", "--graceful-timeout", "30", "--worker-tmp-dir", "/dev/shm"]
