"""`askarsan meetings`: would the next video interview get its room?"""

from __future__ import annotations

from bot.house import House
from bot.settings.settings import Settings
from bot.terminal.firm import in_house
from bot.terminal.screen import standard_output
from bot.terminal.trouble import NOT_HELD
from integrations.meetings.base import MeetingsDisconnected, MeetingsError

MADE_BY = {"google": "Google Meet", "teams": "Teams", "zoom": "Zoom"}


def test_meetings(settings: Settings) -> int:
    async def work(house: House) -> int:
        try:
            await house.meetings.check()
        except MeetingsError as error:
            remedy = f" {error.remedy}" if isinstance(error, MeetingsDisconnected) else ""
            standard_output().print(f"No room would be made: {error}.{remedy}", style="red", soft_wrap=True)
            return NOT_HELD
        finally:
            await house.meetings.close()
        standard_output().print(_well(settings), style="bold", soft_wrap=True)
        return 0

    return in_house(settings, work)


def _well(settings: Settings) -> str:
    if settings.meetings != "fixed":
        return f"{MADE_BY.get(settings.meetings, settings.meetings)} makes a room for each video interview."
    if settings.meeting_url:
        return f"Every video interview is held in {settings.meeting_url}"
    return "There is no room: recruiters send the link themselves."
