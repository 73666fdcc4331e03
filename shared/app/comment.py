"""Answers a command that came in a comment with a comment of ours, once, however often it is asked to."""

from shared.errors import NotFoundError
from shared.messages.comments import body_of, marker_of
from shared.ports.github import Comments
from state_schema.orders import ReplyMessage


def post_comment(message: ReplyMessage, *, comments: Comments) -> str:
    """Posts the answer unless it stands there; says in a word what became of it, for the log.

        worker 1: find -> no    post -> 201    dies before the queue hears of it
        worker 2:                                 find -> there    done

    One pull request's answers come one after the other (FIFO), so no two workers are between `find` and `post` of one.
    RetryableError where GitHub limits us or is down; PermanentError where it refuses.
    """
    to = message.reply_to.comment
    if to is None:
        return "nowhere_to_answer"
    try:
        if comments.find(to.repository_id, to.number, marker_of(message.answer, to), to.comment_id):
            return "answered_before"
        comments.post(to.repository_id, to.number, body_of(message.answer, to))
    except NotFoundError:
        return "gone"
    return "answered"
