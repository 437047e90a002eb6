"""What a request to media can reach."""

from typing import Annotated

from common.state import State as CommonState
from common.state import held
from media.objects import Objects
from media.pictures import Pictures
from media.repository import FileRepository
from media.sweep import Sweep


class State(CommonState):
    """What the lifespan opens."""

    files: FileRepository
    objects: Objects
    pictures: Pictures
    sweep: Sweep


Files = Annotated[FileRepository, held("files")]
Bytes = Annotated[Objects, held("objects")]
MakingSafe = Annotated[Pictures, held("pictures")]
Sweeping = Annotated[Sweep, held("sweep")]
