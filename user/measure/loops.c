// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef __x86_64__
#include <emmintrin.h>
#endif

#include "measure/loops-and-buffer.h"
#include "util/cleanup.h"
#include "util/msg.h"

/* Steps between two readings of the clock, which take a system call each. */
#define STEPS 8192
#define BLOCK ((size_t)1 << 20)

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int64_t measure_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* ---- median and spread ---- */

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct measured_value measured_of(double *rounds, size_t count)
{
	struct measured_value v = { .rounds = count };
	double median, spread;

	qsort(rounds, count, sizeof(*rounds), by_size);
	median = count % 2 ? rounds[count / 2] : (rounds[count / 2 - 1] + rounds[count / 2]) / 2;
	spread = (rounds[count - 1 - count / 4] - rounds[count / 4]) / median * 100;
	v.median = (int64_t)(median + 0.5) ?: 1;
	v.spread = (int64_t)spread + (spread > (double)(int64_t)spread);
	return v;
}

/* ---- latency ---- */

static void *volatile *chase(void *volatile *p, int steps)
{
	while (steps--)
		p = *p;
	return p;
}

/* Writes next to the address, into the same cache line. */
static void *volatile *chase_writing(void *volatile *p, int steps)
{
	while (steps--) {
		void *volatile *next = *p;

		p[1] = (void *)next;
		p = next;
	}
	return p;
}

static void add_time(struct loop_time *time, int64_t cpu, int64_t wall)
{
	time->cpu += cpu;
	time->wall += wall;
}

/* Nanoseconds of a step. */
static double latency_round(const struct loop *l, void *volatile **at, bool write)
{
	int64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID), now = measure_now(), elapsed, steps = 0;
	int64_t end = now + l->round_ns;

	do {
		*at = write ? chase_writing(*at, STEPS) : chase(*at, STEPS);
		steps += STEPS;
		elapsed = clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
	} while (measure_now() < end);
	add_time(l->time, elapsed, measure_now() - now);
	return (double)elapsed / (double)steps;
}

static bool is_over(const struct loop *l, int rounds)
{
	return rounds >= MEASURE_ROUNDS ||
	       (rounds >= MEASURE_MIN_ROUNDS && measure_now() > l->deadline);
}

void loop_latency(const struct loop *l, bool write, struct measured_value *value)
{
	void *volatile *at = l->buffer->memory;
	double rounds[MEASURE_ROUNDS];
	int count;

	latency_round(l, &at, write);
	for (count = 0; !is_over(l, count); count++)
		rounds[count] = latency_round(l, &at, write);
	*value = measured_of(rounds, (size_t)count);
}

/* ---- bandwidth ---- */

/* Not 0, because an EPYC of Zen 4 writes zeros twice as fast as other values. */
#define PATTERN 0x0123456789abcdefLL

typedef long long vector __attribute__((vector_size(16)));

static void read_block(const char *block, size_t bytes)
{
	const vector *p = (const vector *)block, *end = (const vector *)(block + bytes);
	vector a = {}, b = {}, c = {}, d = {};

	for (; p < end; p += 8) {
		a += p[0] ^ p[4];
		b += p[1] ^ p[5];
		c += p[2] ^ p[6];
		d += p[3] ^ p[7];
	}
	a += b + c + d;
	__asm__ volatile("" : : "r"(a[0] + a[1]) : "memory");
}

static void write_block(char *block, size_t bytes)
{
#ifdef __x86_64__
	__m128i *p = (__m128i *)block, *end = (__m128i *)(block + bytes);
	const __m128i value = { PATTERN, ~PATTERN };

	for (; p < end; p += 4) {
		_mm_stream_si128(p, value);
		_mm_stream_si128(p + 1, value);
		_mm_stream_si128(p + 2, value);
		_mm_stream_si128(p + 3, value);
	}
	_mm_sfence();
#else
	memset(block, 0x5a, bytes);
	__asm__ volatile("" : : "r"(block) : "memory");
#endif
}

/* The state that the threads of a measurement share. */
struct stream {
	const struct loop *loop;
	bool write;
	pthread_mutex_t gate; /* held until all threads are created, or one could not be */
	pthread_barrier_t barrier;
	double rounds[MEASURE_ROUNDS]; /* MB/s of all threads together */
	int count;
	bool over;
};

struct streamer {
	struct stream *stream;
	pthread_t thread;
	unsigned int cpu;
	char *memory;
	size_t bytes, at;
	double rate; /* in the last round, MB/s */
	struct loop_time time; /* of the last round */
};

static void pin(unsigned int cpu)
{
	struct bitmask *cpus = numa_allocate_cpumask();

	numa_bitmask_setbit(cpus, cpu);
	numa_sched_setaffinity(0, cpus);
	numa_free_cpumask(cpus);
}

static double stream_round(struct streamer *s)
{
	size_t block = s->bytes < BLOCK ? s->bytes : BLOCK;
	int64_t start = clock_ns(CLOCK_THREAD_CPUTIME_ID), elapsed;
	int64_t now = measure_now(), end = now + s->stream->loop->round_ns;
	double bytes = 0;

	do {
		if (s->stream->write)
			write_block(s->memory + s->at, block);
		else
			read_block(s->memory + s->at, block);
		bytes += (double)block;
		s->at = s->at + 2 * block > s->bytes ? 0 : s->at + block;
		elapsed = clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
	} while (measure_now() < end);
	s->time = (struct loop_time){ elapsed, measure_now() - now };
	return bytes * 1000 / (double)elapsed;
}

/* Records the sum of a round; the last thread to finish calls it. */
static void end_round(struct streamer *all, struct stream *s, size_t threads, bool warm_up)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < threads; i++) {
		sum += all[i].rate;
		add_time(s->loop->time, all[i].time.cpu, all[i].time.wall);
	}
	if (!warm_up)
		s->rounds[s->count++] = sum;
	s->over = is_over(s->loop, s->count);
}

struct team {
	struct stream stream;
	struct streamer streamers[MEASURE_MAX_THREADS];
	size_t count;
};

static void *run(void *arg)
{
	struct streamer *s = arg;
	struct team *team = (struct team *)((char *)s->stream - offsetof(struct team, stream));
	bool warm_up = true;

	pin(s->cpu);
	pthread_mutex_lock(&s->stream->gate);
	pthread_mutex_unlock(&s->stream->gate);
	while (!s->stream->over) {
		pthread_barrier_wait(&s->stream->barrier);
		s->rate = stream_round(s);
		if (pthread_barrier_wait(&s->stream->barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			end_round(team->streamers, s->stream, team->count, warm_up);
		pthread_barrier_wait(&s->stream->barrier);
		warm_up = false;
	}
	return NULL;
}

static void assign_cpus(struct team *team, const struct loop *l, bool write)
{
	size_t share;
	unsigned int cpu;

	team->stream =
		(struct stream){ .loop = l, .write = write, .gate = PTHREAD_MUTEX_INITIALIZER };
	for (cpu = 0; cpu < l->cpus->size && team->count < MEASURE_MAX_THREADS; cpu++)
		if (numa_bitmask_isbitset(l->cpus, cpu))
			team->streamers[team->count++].cpu = cpu;
	share = l->buffer->bytes / team->count & ~(size_t)4095;
	for (cpu = 0; cpu < team->count; cpu++) {
		team->streamers[cpu].stream = &team->stream;
		team->streamers[cpu].memory = (char *)l->buffer->memory + cpu * share;
		team->streamers[cpu].bytes = share;
	}
}

int loop_bandwidth(const struct loop *l, bool write, struct measured_value *value)
{
	struct team team = {};
	size_t i, started;
	int err = 0;

	assign_cpus(&team, l, write);
	pthread_barrier_init(&team.stream.barrier, NULL, (unsigned int)team.count);
	pthread_mutex_lock(&team.stream.gate);
	for (started = 0; !err && started < team.count; started += !err)
		err = pthread_create(&team.streamers[started].thread, NULL, run,
				     &team.streamers[started]);
	team.stream.over = err;
	pthread_mutex_unlock(&team.stream.gate);
	for (i = 0; i < started; i++)
		pthread_join(team.streamers[i].thread, NULL);
	pthread_barrier_destroy(&team.stream.barrier);
	if (err)
		return fail(-EIO, "cannot create a thread for CPU %u: %s",
			    team.streamers[started].cpu, strerror(err));
	*value = measured_of(team.stream.rounds, (size_t)team.stream.count);
	return 0;
}
