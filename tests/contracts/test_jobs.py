"""A job's life as pure transitions, and what of it a client sees."""

import pytest

import contracts.errors
from contracts.errors import ERRORS_BY_CODE, InvalidImage
from contracts.ids import content_id, is_id, new_job_id, owner_of_key
from contracts.jobs import (
    Job,
    JobKind,
    JobRecord,
    JobStatus,
    Preview,
    begun,
    canceled,
    failed,
    handed_back,
    new_record,
    requeued,
    succeeded,
)
from contracts.requests import GenerateRequest


@pytest.fixture
def record() -> JobRecord:
    request = GenerateRequest(model="m", seed=1)
    return new_record(new_job_id(), "anna", JobKind.GENERATE, "interactive", request)


def test_a_job_goes_well(record: JobRecord) -> None:
    running = begun(record, "worker")
    assert (running.status, running.attempt, running.worker) == (JobStatus.RUNNING, 1, "worker")
    done = succeeded(running, {"seed": 1})
    assert done.status.is_final
    assert done.finished_at is not None
    assert done.result == {"seed": 1}


def test_a_lost_job_counts_a_returned_one_does_not(record: JobRecord) -> None:
    running = begun(record, "worker")
    assert (requeued(running).status, requeued(running).attempt) == (JobStatus.QUEUED, 1)
    assert (handed_back(running).status, handed_back(running).attempt) == (JobStatus.QUEUED, 0)


def test_a_job_ends_badly(record: JobRecord) -> None:
    bad = failed(begun(record, "worker"), InvalidImage("no picture"))
    assert bad.error is not None
    assert (bad.error.code, bad.error.message) == ("invalid_image", "no picture")
    assert canceled(record).status == JobStatus.CANCELED


def test_an_ended_job_keeps_no_request_and_no_preview(record: JobRecord) -> None:
    running = begun(record, "worker").model_copy(update={"preview": Preview(image_id="img_1")})
    for ended in (succeeded(running, {}), failed(running, InvalidImage("x")), canceled(running)):
        assert (ended.request, ended.preview) == ({}, None)
    for waiting in (requeued(running), handed_back(running)):
        assert (waiting.request, waiting.preview) == (record.request, None)


def test_a_client_sees_no_owner_and_no_worker(record: JobRecord) -> None:
    public = begun(record, "worker").public()
    assert type(public) is Job
    assert set(public.model_dump()) == {
        "job_id", "kind", "status", "progress", "result", "error",
        "created_at", "started_at", "finished_at",
    }  # fmt: skip


def test_a_record_survives_json_with_its_request(record: JobRecord) -> None:
    again = JobRecord.model_validate_json(record.model_dump_json())
    assert again == record
    assert again.parsed_request() == GenerateRequest(model="m", seed=1)


def test_ids() -> None:
    assert is_id("job", new_job_id())
    assert not is_id("img", new_job_id())
    assert not is_id("job", new_job_id() + "\n")
    assert not is_id("img", "img_../../../../../../../../../etc/x")
    assert content_id("img", "a", "b") == content_id("img", "a", "b") != content_id("img", "ab")
    assert owner_of_key("secret") != owner_of_key("secret2")
    assert "secret" not in owner_of_key("secret")


def test_the_error_tree_is_the_docstring() -> None:
    assert contracts.errors.__doc__ is not None
    words = set(contracts.errors.__doc__.split())
    for code, error in ERRORS_BY_CODE.items():
        assert {code, error.__name__} <= words
